using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Numerics;

namespace Multipath.Agent.Verbs;

/// <summary>What people write on the command line, and how we write it to them.</summary>
internal static class Values
{
    /// <summary>The token of a connection, as eight hexadecimal digits.</summary>
    internal static Argument<uint> Token() => new("TOKEN")
    {
        Description = "The connection: its token in hexadecimal, as `mpagent connections` shows it.",
        CustomParser = result =>
        {
            if (TryToken(result.Tokens.Single().Value, out var token))
            {
                return token;
            }

            result.AddError($"'{result.Tokens.Single().Value}' is not a token: up to eight hexadecimal digits were expected.");
            return 0;
        },
    };

    /// <summary>An option for an address with or without a port.</summary>
    internal static Option<IPEndPoint?> EndPoint(string name, string description, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS[:PORT]",
        Required = required,
        CustomParser = ParseEndPoint,
    };

    /// <summary>An address without a port.</summary>
    internal static Argument<IPAddress> Address(string description) => new("ADDRESS")
    {
        Description = description,
        CustomParser = result =>
        {
            if (IPAddress.TryParse(result.Tokens.Single().Value, out var address))
            {
                return address;
            }

            result.AddError($"'{result.Tokens.Single().Value}' is not an IPv4 or IPv6 address.");
            return null;
        },
    };

    /// <summary>Reads a whole number that an option or argument takes.</summary>
    internal static T Whole<T>(ArgumentResult result)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => Whole(result, T.Max(T.Zero, T.MinValue), T.MaxValue);

    /// <summary>Reads a whole number within bounds.</summary>
    internal static T Whole<T>(ArgumentResult result, T least, T most)
        where T : struct, IBinaryInteger<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        var name = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
        result.AddError($"'{text}' is no {name}: a whole number from {least} to {most} was expected.");
        return default;
    }

    internal static string Hex(uint token) => token.ToString("x8", CultureInfo.InvariantCulture);

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Microseconds as milliseconds; a dash for none.</summary>
    internal static string Milliseconds(uint microseconds) =>
        microseconds is 0 or uint.MaxValue ? "-" : (microseconds / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>An amount with the unit in which it is short.</summary>
    internal static string Bytes(ulong bytes)
    {
        ReadOnlySpan<string> units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1000 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }

    internal static bool TryToken(string text, out uint token)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out token);
    }

    private static IPEndPoint? ParseEndPoint(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        // An IPv6 address without brackets is an address as a whole, though its last group looks like a port.
        if (IPAddress.TryParse(text, out var address))
        {
            return new IPEndPoint(address, 0);
        }

        if (IPEndPoint.TryParse(text, out var endPoint))
        {
            return endPoint;
        }

        result.AddError($"'{text}' is not an address: 192.0.2.1, 192.0.2.1:443, 2001:db8::1 or [2001:db8::1]:443 were expected.");
        return null;
    }
}
