using System.Globalization;

namespace Multipath.Protocol.Primitives;

/// <summary>A point on the clock of whoever drives the stack, in microseconds since an origin of its choice.</summary>
/// <param name="Micros">Microseconds since the origin.</param>
public readonly record struct Instant(long Micros) : IComparable<Instant>
{
    /// <summary>After everything that happens: the deadline of a timer that is not set.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>The earlier of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Instant Earlier(Instant a, Instant b) => a < b ? a : b;

    /// <summary>The later of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Instant Later(Instant a, Instant b) => a > b ? a : b;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Micros.CompareTo(other.Micros);

    /// <inheritdoc/>
    public override string ToString() =>
        this == Never ? "never" : string.Create(CultureInfo.InvariantCulture, $"{Micros / 1_000_000m:0.000000}s");

    /// <summary>Later by a span; saturates, and <see cref="Never"/> stays what it is.</summary>
    public static Instant operator +(Instant at, Duration span) =>
        at == Never ? Never : new Instant(Saturating.Add(at.Micros, span.Micros));

    /// <summary>Earlier by a span; saturates, and <see cref="Never"/> stays what it is.</summary>
    public static Instant operator -(Instant at, Duration span) =>
        at == Never ? Never : new Instant(Saturating.Subtract(at.Micros, span.Micros));

    /// <summary>The time from the second to the first; <see cref="Duration.Max"/> until <see cref="Never"/>.</summary>
    public static Duration operator -(Instant a, Instant b) =>
        a == Never ? Duration.Max : new Duration(Saturating.Subtract(a.Micros, b.Micros));

    /// <summary>Earlier.</summary>
    public static bool operator <(Instant a, Instant b) => a.Micros < b.Micros;

    /// <summary>Later.</summary>
    public static bool operator >(Instant a, Instant b) => a.Micros > b.Micros;

    /// <summary>Not later.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Micros <= b.Micros;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Micros >= b.Micros;
}
