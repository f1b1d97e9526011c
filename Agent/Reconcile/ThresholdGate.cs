using System.Collections.Immutable;
using System.Globalization;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>A measurement went over a threshold of the plan, or is well below it again.</summary>
/// <param name="Path">Which path.</param>
/// <param name="Text">For a person.</param>
internal sealed record ThresholdCrossing(PathKey Path, string Text);

/// <summary>
/// Sees that a path's loss or round-trip time crosses a threshold which the running plan carries: the silo then hears of it at once and not
/// with the next regular report. Pure.
/// </summary>
/// <remarks>
/// Two things keep a path that hovers about a threshold from flooding the stream: it counts as good again only clearly below it, and a path
/// has few crossings to spend in a while. One that is not told at once is told by the next report, as ever.
/// </remarks>
internal sealed class ThresholdGate
{
    /// <summary>Good again at this share of the threshold.</summary>
    public const double GoodShare = 0.8;

    /// <summary>Crossings of one path that are told at once within <see cref="BudgetTime"/>.</summary>
    public const int Budget = 6;

    /// <inheritdoc cref="Budget"/>
    public static readonly TimeSpan BudgetTime = TimeSpan.FromSeconds(10);

    private readonly HashSet<(PathKey Path, Threshold Threshold)> _exceeded = [];
    private readonly Dictionary<PathKey, Queue<DateTimeOffset>> _spent = [];
    private PlanContent? _plan;
    private ImmutableArray<Threshold> _thresholds = [];

    private enum Quantity
    {
        LossPct,
        RttMs,
    }

    /// <summary>The plan whose thresholds count from now on; null for none.</summary>
    public void Follow(PlanContent? plan)
    {
        if (!ReferenceEquals(plan, _plan))
        {
            _plan = plan;
            _thresholds = plan is null ? [] : ThresholdsOf(plan);
            _exceeded.RemoveWhere(one => !_thresholds.Contains(one.Threshold));
        }
    }

    /// <summary>Compares a path's measurements with the thresholds.</summary>
    /// <returns>The crossings to be told now.</returns>
    public ImmutableArray<ThresholdCrossing> Observe(PathKey path, PathMeasurement measured, DateTimeOffset now)
    {
        var crossings = ImmutableArray<ThresholdCrossing>.Empty;
        foreach (var threshold in _thresholds)
        {
            var key = (path, threshold);
            if (threshold.Of(measured) is { } value && threshold.IsExceeded(value, _exceeded.Contains(key)) is var exceeded
                && exceeded != _exceeded.Contains(key) && TrySpend(path, now))
            {
                _ = exceeded ? _exceeded.Add(key) : _exceeded.Remove(key);
                crossings = crossings.Add(new ThresholdCrossing(path, threshold.Describe(value, exceeded)));
            }
        }

        return crossings;
    }

    /// <summary>Paths that no longer exist are forgotten.</summary>
    public void Keep(IReadOnlySet<PathKey> paths)
    {
        _exceeded.RemoveWhere(one => !paths.Contains(one.Path));
        foreach (var gone in _spent.Keys.Where(path => !paths.Contains(path)).ToArray())
        {
            _spent.Remove(gone);
        }
    }

    private static ImmutableArray<Threshold> ThresholdsOf(PlanContent plan) =>
    [
        .. plan.Classes.SelectMany(one => new[]
            {
                one.Target?.RttMs is { } rtt ? new Threshold(Quantity.RttMs, rtt) : null,
                one.Target?.LossPct is { } loss ? new Threshold(Quantity.LossPct, loss) : null,
            })
            .Append(new Threshold(Quantity.LossPct, plan.Handover.LossPct))
            .OfType<Threshold>()
            .Distinct(),
    ];

    private bool TrySpend(PathKey path, DateTimeOffset now)
    {
        if (!_spent.TryGetValue(path, out var spent))
        {
            _spent[path] = spent = new Queue<DateTimeOffset>(Budget);
        }

        while (spent.TryPeek(out var first) && now - first >= BudgetTime)
        {
            spent.Dequeue();
        }

        if (spent.Count == Budget)
        {
            return false;
        }

        spent.Enqueue(now);
        return true;
    }

    private sealed record Threshold(Quantity Quantity, double Limit)
    {
        public double? Of(PathMeasurement measured) => Quantity == Quantity.LossPct ? measured.LossPct : measured.RttMs;

        public bool IsExceeded(double value, bool before) => before ? value > GoodShare * Limit : value > Limit;

        public string Describe(double value, bool exceeded)
        {
            var (name, unit) = Quantity == Quantity.LossPct ? ("loss", "%") : ("rtt", " ms");
            var side = exceeded ? "above" : "below";
            return string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.#}{unit} {side} {Limit:0.#}{unit}");
        }
    }
}
