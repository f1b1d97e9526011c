using System.Globalization;

namespace Multipath.Protocol.Primitives;

/// <summary>A data sequence number: 64 bits that wrap, ordered like <see cref="Seq32"/> (RFC 8684 section 3.3.1).</summary>
/// <param name="Value">The number as on the wire.</param>
public readonly record struct Dsn64(ulong Value)
{
    /// <summary>The later of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Dsn64 Later(Dsn64 a, Dsn64 b) => a > b ? a : b;

    /// <summary>The earlier of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Dsn64 Earlier(Dsn64 a, Dsn64 b) => a < b ? a : b;

    /// <summary>The full number whose low half was sent, taken as the one nearest to a number that is known.</summary>
    /// <param name="low">The low 32 bits from the wire.</param>
    /// <param name="near">A number of the same sequence less than 2^31 away, such as what is expected next.</param>
    public static Dsn64 Promote(uint low, Dsn64 near) => near + (long)unchecked((int)(low - (uint)near.Value));

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number so many octets on.</summary>
    public static Dsn64 operator +(Dsn64 a, long count) => new(unchecked(a.Value + (ulong)count));

    /// <summary>The number so many octets back.</summary>
    public static Dsn64 operator -(Dsn64 a, long count) => new(unchecked(a.Value - (ulong)count));

    /// <summary>How far the first is beyond the second; negative when it is before it.</summary>
    public static long operator -(Dsn64 a, Dsn64 b) => unchecked((long)(a.Value - b.Value));

    /// <summary>Before.</summary>
    public static bool operator <(Dsn64 a, Dsn64 b) => a - b < 0;

    /// <summary>After.</summary>
    public static bool operator >(Dsn64 a, Dsn64 b) => a - b > 0;

    /// <summary>Not after.</summary>
    public static bool operator <=(Dsn64 a, Dsn64 b) => a - b <= 0;

    /// <summary>Not before.</summary>
    public static bool operator >=(Dsn64 a, Dsn64 b) => a - b >= 0;
}
