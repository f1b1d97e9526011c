using System.Globalization;
using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Values with a unit, as a policy writes them and as reasons show them.</summary>
internal static class Units
{
    /// <summary>The longest duration that a policy can name: a day.</summary>
    internal static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    private static readonly (string Unit, long Ticks)[] DurationUnits =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary><c>300ms</c>, <c>1.5s</c>, <c>5m</c>, <c>1h</c>; 0 to a day.</summary>
    internal static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        foreach (var (unit, ticks) in DurationUnits)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryNumber(text[..^unit.Length], out var number))
            {
                if (number * ticks > MaxDuration.Ticks)
                {
                    return false;
                }

                value = new TimeSpan((long)Math.Round(number * ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>A decimal number, not negative, without exponent.</summary>
    internal static bool TryNumber(string text, out double value)
    {
        value = 0;
        return text.Length is > 0 and <= 18 && char.IsAsciiDigit(text[0])
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    /// <summary><c>20</c> or <c>20%</c>; 0 to 100.</summary>
    internal static bool TryPercent(string text, out double value) =>
        TryNumber(text.EndsWith('%') ? text[..^1] : text, out value) && value <= 100;

    /// <summary><c>5060-5061</c> or <c>873</c>; 1 to 65535.</summary>
    internal static bool TryPorts(string text, out PortRange value)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var ok = TryPort(dash < 0 ? text : text[..dash], out var first) & TryPort(dash < 0 ? text : text[(dash + 1)..], out var last);
        value = new PortRange(first, last);
        return ok && first <= last;
    }

    /// <summary><c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or a single address; no bit set behind the prefix.</summary>
    internal static bool TryNetwork(string text, out IPNetwork value)
    {
        value = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryAddress(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        var bits = address.GetAddressBytes().Length * 8;
        var prefix = bits;
        if (slash >= 0 && (!TryInteger(text[(slash + 1)..], out prefix) || prefix > bits))
        {
            return false;
        }

        if (!BaseOf(address, prefix).Equals(address))
        {
            return false;
        }

        value = new IPNetwork(address, prefix);
        return true;
    }

    /// <summary>Digits only, up to nine.</summary>
    internal static bool TryInteger(string text, out int value)
    {
        value = 0;
        return text.Length is > 0 and <= 9 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The shortest of <c>300ms</c>, <c>1.5s</c>, <c>5m</c>, <c>1h</c> that says the same.</summary>
    internal static string Show(TimeSpan value)
    {
        foreach (var (unit, ticks) in DurationUnits.Reverse())
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0.###}ms");
    }

    /// <summary>Up to two decimals.</summary>
    internal static string Show(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary><c>12:00:01.2</c> in UTC.</summary>
    internal static string Show(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture);

    private static bool TryPort(string text, out ushort port)
    {
        var ok = TryInteger(text, out var number) && number is > 0 and <= ushort.MaxValue;
        port = ok ? (ushort)number : (ushort)0;
        return ok;
    }

    private static bool TryAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        var written = text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3;
        if (!written || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    private static IPAddress BaseOf(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
