using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Multipath.Contracts.Grains;

namespace Multipath.Silo.Telemetry;

/// <summary>The silo's instruments. No host id is ever a label: its number of values has no bound.</summary>
internal sealed class SiloMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Multipath.Silo";

    /// <summary>Upper bounds in seconds, from what one machine does to what somebody waits for.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30],
    };

    /// <summary>Of what is only computed.</summary>
    private static readonly InstrumentAdvice<double> Instants = new()
    {
        HistogramBucketBoundaries = [.00001, .000025, .00005, .0001, .00025, .0005, .001, .0025, .005, .01, .1],
    };

    private static readonly (HostStatus Status, string Name)[] Statuses =
        [.. Enum.GetValues<HostStatus>().Select(status => (status, status.ToString().ToLowerInvariant()))];

    private readonly Counter<long> _pushes;
    private readonly Counter<long> _nacks;
    private readonly Counter<long> _handovers;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _policies;
    private readonly Counter<long> _refusedSessions;
    private readonly Histogram<double> _convergence;
    private readonly Histogram<double> _queue;
    private readonly Histogram<double> _rank;
    private readonly Histogram<double> _writes;
    private ImmutableSortedDictionary<string, HostSummary>? _hosts;
    private long _sessions;

    public SiloMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _pushes = meter.CreateCounter<long>(
            "multipath.plan.pushes", "{plan}", "Plans pushed, by result: acked, partial, nacked, unanswered.");
        _nacks = meter.CreateCounter<long>(
            "multipath.plan.nacks", "{plan}", "Plans that an agent did not take (whole) or that its kernel refused in part (part).");
        _handovers = meter.CreateCounter<long>(
            "multipath.handovers", "{handover}", "Plans that lead traffic to another path: planned, or forced because the old one failed.");
        _reports = meter.CreateCounter<long>("multipath.reports", "{report}", "Reports of agents, by outcome.");
        _policies = meter.CreateCounter<long>("multipath.policy.changes", "{change}", "Policies applied and deleted, by result.");
        _refusedSessions = meter.CreateCounter<long>(
            "multipath.sessions.refused", "{session}", "Sessions that were refused or ended by the silo, by reason.");
        // Observed, so that it is there from the start: its absence is an alarm.
        meter.CreateObservableUpDownCounter(
            "multipath.sessions", () => Interlocked.Read(ref _sessions), "{session}", "Open sessions of agents.");
        _convergence = meter.CreateHistogram(
            "multipath.plan.convergence", "s", "From the report or policy that changed a plan to the agent's acknowledgement.",
            advice: Seconds);
        _queue = meter.CreateHistogram(
            "multipath.plan.queue", "s", "From the push of a plan until it is written to the agent's stream.", advice: Seconds);
        _rank = meter.CreateHistogram("multipath.rank.duration", "s", "Time to rank one host.", advice: Instants);
        _writes = meter.CreateHistogram(
            "multipath.store.write.duration", "s", "Time to store a grain's state, by result: stored, stale, failed.", advice: Seconds);
        meter.CreateObservableGauge<long>(
            "multipath.hosts", CountHosts, "{host}", "Hosts that the fleet knows, by status; told by the silo that has the fleet's index.");
    }

    /// <param name="result">One of acked, partial, nacked and unanswered.</param>
    public void PlanAnswered(string result)
    {
        _pushes.Add(1, Tag("result", result));
        if (result is "nacked" or "partial")
        {
            _nacks.Add(1, Tag("kind", result == "nacked" ? "whole" : "part"));
        }
    }

    public void Converged(TimeSpan took) => _convergence.Record(Math.Max(0, took.TotalSeconds));

    public void PlanSent(TimeSpan queued) => _queue.Record(queued.TotalSeconds);

    /// <param name="kind">planned or forced.</param>
    public void Handover(string kind) => _handovers.Add(1, Tag("kind", kind));

    public void Ranked(TimeSpan took) => _rank.Record(took.TotalSeconds);

    /// <param name="result">One of stored, stale and failed.</param>
    /// <param name="took">Until it was so.</param>
    public void Written(string result, TimeSpan took) => _writes.Record(took.TotalSeconds, Tag("result", result));

    public void Report(ReportOutcome outcome) => _reports.Add(1, Tag("outcome", NameOf(outcome)));

    /// <summary>A report that could not even be read.</summary>
    public void MalformedReport() => _reports.Add(1, Tag("outcome", "malformed"));

    /// <param name="result">One of applied, deleted and refused.</param>
    public void PolicyChanged(string result) => _policies.Add(1, Tag("result", result));

    public void SessionOpened() => Interlocked.Increment(ref _sessions);

    public void SessionClosed() => Interlocked.Decrement(ref _sessions);

    /// <param name="reason">load, or the name of the status with which the session ended.</param>
    public void SessionRefused(string reason) => _refusedSessions.Add(1, Tag("reason", reason));

    /// <summary>What the fleet's index holds now; null when it is in this silo no more. Counted when somebody looks.</summary>
    public void Fleet(ImmutableSortedDictionary<string, HostSummary>? hosts) => Volatile.Write(ref _hosts, hosts);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string NameOf(ReportOutcome outcome) => outcome switch
    {
        ReportOutcome.Accepted => "accepted",
        ReportOutcome.Gap => "gap",
        ReportOutcome.Old => "old",
        ReportOutcome.Invalid => "invalid",
        _ => "not-current",
    };

    private IEnumerable<Measurement<long>> CountHosts()
    {
        if (Volatile.Read(ref _hosts) is not { } hosts)
        {
            return [];
        }

        var counts = hosts.Values.CountBy(host => host.Status).ToDictionary();
        return Statuses.Select(one => new Measurement<long>(counts.GetValueOrDefault(one.Status), Tag("status", one.Name)));
    }
}
