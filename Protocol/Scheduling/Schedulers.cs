using System.Diagnostics.CodeAnalysis;

namespace Multipath.Protocol.Scheduling;

/// <summary>The schedulers by name.</summary>
/// <remarks>
/// The service modes that mobile systems offer are settings of two of them: <c>handover</c> is cheapestFirst without a target,
/// <c>interactive</c> is cheapestFirst with limits on a path's round-trip time and timeout, <c>aggregate</c> is ecf.
/// </remarks>
public static class Schedulers
{
    /// <summary>
    /// The name that a connection uses if none was said. Where windows limit, ecf carries a tenth more than minRtt, and under loss its
    /// messages take a third less at the 99.9th percentile, because it waits for the fast path instead of putting the end of a burst on a
    /// slow one; where nothing limits, both carry the same within a twentieth (tests/Protocol/Scheduling/Golden).
    /// </summary>
    public const string Default = "ecf";

    /// <summary>All names that <see cref="TryCreate"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "minRtt", "linuxDefault", "roundRobin", "weighted", "redundant", "blest", "ecf", "backup", "cheapestFirst", "lowLatency",
        "interactive", "aggregate", "handover",
    ];

    /// <summary>Makes a scheduler for one connection.</summary>
    /// <param name="name">One of <see cref="Names"/>; case counts.</param>
    /// <param name="options">What an operator set.</param>
    /// <param name="scheduler">The scheduler.</param>
    /// <returns>False if the name is unknown.</returns>
    public static bool TryCreate(string name, SchedulerOptions options, [NotNullWhen(true)] out IScheduler? scheduler)
    {
        ArgumentNullException.ThrowIfNull(options);
        scheduler = name switch
        {
            "minRtt" => new MinRtt(),
            "linuxDefault" => new LinuxDefault(),
            "roundRobin" => new RoundRobin(options.QuantumSegments),
            "weighted" => new Weighted(),
            "redundant" => new Redundant(),
            "blest" => new Blest(),
            "ecf" => new Ecf("ecf"),
            "backup" => new BackupOnly(),
            "cheapestFirst" => new CheapestFirst(name, new PathTarget(options.LatencyTarget, options.RateTarget, default, default)),
            "lowLatency" => new LowLatency(options.CopyCostLimit),
            "interactive" => new CheapestFirst(name, PathTarget.Interactive(options.LatencyTarget)),
            "aggregate" => new Ecf(name),
            "handover" => new CheapestFirst(name, default),
            _ => null,
        };
        return scheduler is not null;
    }
}
