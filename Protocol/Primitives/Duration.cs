using System.Globalization;

namespace Multipath.Protocol.Primitives;

/// <summary>A span of time, in microseconds. Sums saturate: nothing wraps into the past.</summary>
/// <param name="Micros">The length in microseconds; may be negative.</param>
public readonly record struct Duration(long Micros) : IComparable<Duration>
{
    private const long MicrosPerMilli = 1_000;
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>No time.</summary>
    public static Duration Zero => default;

    /// <summary>Longer than anything that is measured.</summary>
    public static Duration Max => new(long.MaxValue);

    /// <summary>The length in milliseconds.</summary>
    public double TotalMilliseconds => (double)Micros / MicrosPerMilli;

    /// <summary>The length in seconds.</summary>
    public double TotalSeconds => (double)Micros / MicrosPerSecond;

    /// <summary>So many microseconds.</summary>
    /// <param name="micros">Microseconds.</param>
    public static Duration FromMicros(long micros) => new(micros);

    /// <summary>So many milliseconds.</summary>
    /// <param name="millis">Milliseconds.</param>
    public static Duration FromMillis(long millis) => new(millis * MicrosPerMilli);

    /// <summary>So many seconds.</summary>
    /// <param name="seconds">Seconds.</param>
    public static Duration FromSeconds(long seconds) => new(seconds * MicrosPerSecond);

    /// <summary>The shorter of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Duration Shorter(Duration a, Duration b) => a < b ? a : b;

    /// <summary>The longer of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Duration Longer(Duration a, Duration b) => a > b ? a : b;

    /// <summary>The value within both bounds.</summary>
    /// <param name="value">What is to be bounded.</param>
    /// <param name="low">The shortest that is returned.</param>
    /// <param name="high">The longest that is returned; not below <paramref name="low"/>.</param>
    public static Duration Clamp(Duration value, Duration low, Duration high) => value < low ? low : value > high ? high : value;

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Micros.CompareTo(other.Micros);

    /// <inheritdoc/>
    public override string ToString() =>
        this == Max ? "forever" : string.Create(CultureInfo.InvariantCulture, $"{TotalMilliseconds:0.###}ms");

    /// <summary>Sum, saturating.</summary>
    public static Duration operator +(Duration a, Duration b) => new(Saturating.Add(a.Micros, b.Micros));

    /// <summary>Difference, saturating.</summary>
    public static Duration operator -(Duration a, Duration b) => new(Saturating.Subtract(a.Micros, b.Micros));

    /// <summary>A multiple; the caller keeps it in range.</summary>
    public static Duration operator *(Duration a, long factor) => new(a.Micros * factor);

    /// <summary>A part, rounded towards zero.</summary>
    public static Duration operator /(Duration a, long divisor) => new(a.Micros / divisor);

    /// <summary>Shorter.</summary>
    public static bool operator <(Duration a, Duration b) => a.Micros < b.Micros;

    /// <summary>Longer.</summary>
    public static bool operator >(Duration a, Duration b) => a.Micros > b.Micros;

    /// <summary>Not longer.</summary>
    public static bool operator <=(Duration a, Duration b) => a.Micros <= b.Micros;

    /// <summary>Not shorter.</summary>
    public static bool operator >=(Duration a, Duration b) => a.Micros >= b.Micros;
}
