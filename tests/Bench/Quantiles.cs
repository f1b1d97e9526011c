using System.Globalization;

namespace Multipath.Bench;

/// <summary>What a set of times looks like: its middle, its tail and its worst, in milliseconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">Not exceeded by 99 of 100.</param>
/// <param name="Max">The longest.</param>
internal sealed record Quantiles(double P50, double P99, double Max)
{
    /// <summary>The heads of the columns that <see cref="ToString"/> fills.</summary>
    public const string Heads = "    p50 ms    p99 ms    max ms";

    /// <summary>Sorts and picks, by nearest rank.</summary>
    /// <param name="times">At least one.</param>
    public static Quantiles Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(time => time.TotalMilliseconds).Order()];
        return new Quantiles(Rank(0.50), Rank(0.99), sorted[^1]);

        double Rank(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{P50,10:F3}{P99,10:F3}{Max,10:F3}");
}
