namespace Multipath.Lab.Compare;

/// <summary>What one case came to.</summary>
/// <param name="Name">The case.</param>
/// <param name="Unit">Of all figures.</param>
/// <param name="Contestants">The baseline first.</param>
/// <param name="Goal">What ours has to reach.</param>
/// <param name="Intact">Every transfer arrived whole.</param>
internal sealed record CaseResult(string Name, string Unit, IReadOnlyList<ContestantResult> Contestants, Goal Goal, bool Intact);

/// <summary>The samples of one contestant in one case.</summary>
/// <param name="Name">The contestant.</param>
/// <param name="Samples">One for each run.</param>
internal sealed record ContestantResult(string Name, IReadOnlyList<double> Samples)
{
    /// <summary>The middle one, or the mean of the two in the middle; NaN without samples.</summary>
    public double Median
    {
        get
        {
            var sorted = Samples.Order().ToArray();
            return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
        }
    }
}

/// <summary>What a figure has to reach.</summary>
/// <param name="Bar">Must.</param>
/// <param name="Target">Should.</param>
/// <param name="OfBaseline">Both are shares of the baseline's median rather than absolute.</param>
/// <param name="AtLeast">More is better.</param>
internal sealed record Goal(double Bar, double Target, bool OfBaseline = false, bool AtLeast = false)
{
    /// <summary>Says how <paramref name="value"/> stands against it.</summary>
    public string Verdict(double value, double baseline)
    {
        var scale = OfBaseline ? baseline : 1;
        return Meets(value, Target * scale) ? "goal" : Meets(value, Bar * scale) ? "bar" : "MISSED";
    }

    private bool Meets(double value, double limit) => AtLeast ? value >= limit : value <= limit;
}
