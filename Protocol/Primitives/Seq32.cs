using System.Globalization;

namespace Multipath.Protocol.Primitives;

/// <summary>A TCP sequence number: arithmetic wraps, order is that of the shorter way round (RFC 9293 section 3.4).</summary>
/// <remarks>The order is no order of a whole set: only numbers less than 2^31 apart can be compared.</remarks>
/// <param name="Value">The number as on the wire.</param>
public readonly record struct Seq32(uint Value)
{
    /// <summary>The later of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Seq32 Later(Seq32 a, Seq32 b) => a > b ? a : b;

    /// <summary>The earlier of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Seq32 Earlier(Seq32 a, Seq32 b) => a < b ? a : b;

    /// <summary>Whether the number is one of <paramref name="length"/> numbers from <paramref name="start"/> on.</summary>
    /// <param name="start">The first number of the range.</param>
    /// <param name="length">How many there are.</param>
    public bool IsIn(Seq32 start, uint length) => unchecked(Value - start.Value) < length;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number so many octets on.</summary>
    public static Seq32 operator +(Seq32 a, int count) => new(unchecked(a.Value + (uint)count));

    /// <summary>The number so many octets on.</summary>
    public static Seq32 operator +(Seq32 a, uint count) => new(unchecked(a.Value + count));

    /// <summary>The number so many octets back.</summary>
    public static Seq32 operator -(Seq32 a, int count) => new(unchecked(a.Value - (uint)count));

    /// <summary>How far the first is beyond the second; negative when it is before it.</summary>
    public static int operator -(Seq32 a, Seq32 b) => unchecked((int)(a.Value - b.Value));

    /// <summary>Before.</summary>
    public static bool operator <(Seq32 a, Seq32 b) => a - b < 0;

    /// <summary>After.</summary>
    public static bool operator >(Seq32 a, Seq32 b) => a - b > 0;

    /// <summary>Not after.</summary>
    public static bool operator <=(Seq32 a, Seq32 b) => a - b <= 0;

    /// <summary>Not before.</summary>
    public static bool operator >=(Seq32 a, Seq32 b) => a - b >= 0;
}
