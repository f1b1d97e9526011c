using System.Globalization;

namespace Multipath.Protocol.Primitives;

/// <summary>One end of a TCP connection: an address and a port.</summary>
/// <param name="Address">Of either family.</param>
/// <param name="Port">The port in host order; 0 where any is meant.</param>
public readonly record struct Endpoint(IpAddr Address, ushort Port)
{
    /// <summary>Reads 192.0.2.1:80 or [2001:db8::1]:80.</summary>
    /// <param name="text">Address and port.</param>
    /// <exception cref="FormatException">The text is no endpoint.</exception>
    public static Endpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return new Endpoint(IpAddr.Parse(text[..colon].Trim('[', ']')), port);
        }

        throw new FormatException($"'{text}' is no endpoint.");
    }

    /// <inheritdoc/>
    public bool Equals(Endpoint other) => Address.Equals(other.Address) && Port == other.Port;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Mix.Fold(Mix.Fold(Address.High, Address.Low), Port);

    /// <inheritdoc/>
    public override string ToString() => Address.IsV4
        ? string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{Address}]:{Port}");
}
