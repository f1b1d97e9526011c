using System.Diagnostics.Metrics;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Telemetry;

/// <summary>The agent's metrics and traces, by the names under which they are exported. The host is never a label.</summary>
internal sealed class AgentMetrics : IDisposable
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string SourceName = "Multipath.Agent";

    /// <summary>Upper bounds in seconds: an action of the kernel takes a tenth of a millisecond.</summary>
    private static readonly InstrumentAdvice<double> Instants = new()
    {
        HistogramBucketBoundaries = [.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, 1],
    };

    /// <summary>Upper bounds in seconds, close together where a handover is felt or not.</summary>
    private static readonly InstrumentAdvice<double> Gaps = new()
    {
        HistogramBucketBoundaries = [.01, .02, .03, .04, .05, .075, .1, .15, .2, .3, .5, .75, 1, 2.5, 5, 10],
    };

    private static readonly (PathState State, string Name)[] PathStates =
        [(PathState.Up, "up"), (PathState.LinkDown, "link-down"), (PathState.Silent, "silent")];

    private readonly Meter _meter;
    private readonly Counter<long> _actions;
    private readonly Counter<long> _reflexes;
    private readonly Counter<long> _handovers;
    private readonly Counter<long> _falseAlarms;
    private readonly Counter<long> _plans;
    private readonly Counter<long> _nacks;
    private readonly Counter<long> _reports;
    private readonly Histogram<double> _action;
    private readonly Histogram<double> _silence;
    private readonly Histogram<double> _stall;
    private HostSnapshot? _seen;
    private int _connected;

    /// <param name="name">Another one for what is not to be exported.</param>
    public AgentMetrics(string name = SourceName)
    {
        Trace = new AgentTrace(name);
        _meter = new Meter(name);
        _actions = _meter.CreateCounter<long>(
            "multipath.agent.actions", "{action}", "Actions on the data plane, by kind and result: done, refused, overtaken.");
        _reflexes = _meter.CreateCounter<long>("multipath.agent.reflexes", "{reflex}", "Reflexes, by kind.");
        _handovers = _meter.CreateCounter<long>(
            "multipath.agent.handovers", "{connection}", "Connections moved to another path: planned, or forced by a reflex.");
        _falseAlarms = _meter.CreateCounter<long>("multipath.agent.false_alarms", "{alarm}", "Blackhole reflexes on paths that lived.");
        _plans = _meter.CreateCounter<long>("multipath.agent.plans", "{plan}", "Plans taken over, by whose they are.");
        _nacks = _meter.CreateCounter<long>("multipath.agent.plan.nacks", "{plan}", "Plans of the silo that were not taken.");
        _reports = _meter.CreateCounter<long>("multipath.agent.reports", "{report}", "Reports sent to the silo.");
        _action = _meter.CreateHistogram(
            "multipath.agent.action.duration", "s", "Time that the data plane took for an action.", advice: Instants);
        _silence = _meter.CreateHistogram(
            "multipath.agent.reflex.silence", "s", "Silence at which a blackhole reflex fired.", advice: Gaps);
        _stall = _meter.CreateHistogram(
            "multipath.agent.stall", "s",
            "From the last acknowledgement on a subflow that went away with data under way to the first one on another; "
            + "of a planned handover, the longest time without one.",
            advice: Gaps);
        _meter.CreateObservableGauge<int>(
            "multipath.agent.silo.connected", () => Volatile.Read(ref _connected), "{session}", "1 while a session with the silo is open.");
        _meter.CreateObservableGauge<int>(
            "multipath.agent.connections", () => Seen?.Connections.Count ?? 0, "{connection}", "Connections of Multipath TCP.");
        _meter.CreateObservableGauge<int>(
            "multipath.agent.subflows", () => Seen?.Connections.Sum(one => one.Subflows.Count) ?? 0, "{subflow}", "Their subflows.");
        _meter.CreateObservableGauge<int>("multipath.agent.paths", CountPaths, "{path}", "Paths of the host, by state.");
    }

    /// <summary>The spans, of a source of the same name.</summary>
    public AgentTrace Trace { get; }

    private HostSnapshot? Seen => Volatile.Read(ref _seen);

    /// <param name="kind">Such as create or set-backup.</param>
    /// <param name="result">done, refused, or overtaken when what it was about was gone.</param>
    /// <param name="took">In the data plane.</param>
    public void Action(string kind, string result, TimeSpan took)
    {
        var (byKind, byResult) = (Tag("kind", kind), Tag("result", result));
        _actions.Add(1, byKind, byResult);
        _action.Record(took.TotalSeconds, byKind, byResult);
    }

    public void LinkDown() => _reflexes.Add(1, Tag("kind", "link-down"));

    public void Blackhole(TimeSpan silence)
    {
        _reflexes.Add(1, Tag("kind", "blackhole"));
        _silence.Record(silence.TotalSeconds);
    }

    public void Stale() => _reflexes.Add(1, Tag("kind", "stale"));

    public void FalseAlarm() => _falseAlarms.Add(1);

    /// <summary>Connections go on over another path while the old one still answers.</summary>
    public void PlannedHandover() => _handovers.Add(1, Tag("kind", "planned"));

    /// <summary>A reflex took subflows from connections that have others.</summary>
    public void ForcedHandover(int connections)
    {
        if (connections > 0)
        {
            _handovers.Add(connections, Tag("kind", "forced"));
        }
    }

    /// <summary>Data flows again. Any thread.</summary>
    public void Stalled(TimeSpan took) => _stall.Record(took.TotalSeconds);

    /// <param name="source">silo, kept or own.</param>
    public void PlanApplied(string source) => _plans.Add(1, Tag("source", source));

    public void PlanRefused() => _nacks.Add(1);

    public void ReportSent() => _reports.Add(1);

    /// <summary>The host as it is now, counted when somebody looks.</summary>
    public void Observed(HostSnapshot seen) => Volatile.Write(ref _seen, seen);

    /// <summary>Whether the silo can be reached.</summary>
    public void SiloConnected(bool connected) => Volatile.Write(ref _connected, connected ? 1 : 0);

    public void Dispose()
    {
        _meter.Dispose();
        Trace.Dispose();
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private IEnumerable<Measurement<int>> CountPaths() => Seen is { } seen
        ? PathStates.Select(one => new Measurement<int>(seen.Paths.Count(path => path.State == one.State), Tag("state", one.Name)))
        : [];
}
