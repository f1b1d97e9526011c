using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Multipath.Agent.Telemetry;

/// <summary>The agent's metrics and traces, by the names under which they are exported.</summary>
internal sealed class AgentMetrics : IDisposable
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string SourceName = "Multipath.Agent";

    private readonly Meter _meter;
    private readonly ActivitySource _activities;
    private readonly Counter<long> _actions;
    private readonly Counter<long> _reflexes;
    private readonly Counter<long> _falseAlarms;
    private readonly Counter<long> _plans;
    private readonly Counter<long> _reports;
    private readonly Histogram<double> _actionMs;
    private readonly Histogram<double> _silenceMs;

    /// <param name="name">Another one for what is not to be exported.</param>
    public AgentMetrics(string name = SourceName)
    {
        _meter = new Meter(name);
        _activities = new ActivitySource(name);
        _actions = _meter.CreateCounter<long>("multipath.agent.actions", "{action}", "Actions on the data plane");
        _reflexes = _meter.CreateCounter<long>("multipath.agent.reflexes", "{reflex}", "Reflexes, by kind");
        _falseAlarms = _meter.CreateCounter<long>("multipath.agent.false_alarms", "{alarm}", "Blackhole reflexes on live paths");
        _plans = _meter.CreateCounter<long>("multipath.agent.plans", "{plan}", "Plans taken over");
        _reports = _meter.CreateCounter<long>("multipath.agent.reports", "{report}", "Reports sent to the silo");
        _actionMs = _meter.CreateHistogram<double>("multipath.agent.action.duration", "ms", "Time that the data plane took for an action");
        _silenceMs = _meter.CreateHistogram<double>("multipath.agent.reflex.silence", "ms", "Silence at which a blackhole reflex fired");
    }

    /// <summary>Starts the span of a plan that is taken over, below the silo's decision; null when nobody listens.</summary>
    /// <param name="version">Of the plan.</param>
    /// <param name="traceparent">W3C trace context of the decision; what is none is passed over.</param>
    public Activity? StartPlan(string version, string traceparent)
    {
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var decision);
        var span = _activities.StartActivity("plan", ActivityKind.Consumer, decision);
        span?.SetTag("multipath.plan", version);
        return span;
    }

    public void Action(string kind, bool refused, TimeSpan took)
    {
        var tags = new TagList { { "kind", kind }, { "refused", refused } };
        _actions.Add(1, tags);
        _actionMs.Record(took.TotalMilliseconds, tags);
    }

    public void LinkDown() => _reflexes.Add(1, new KeyValuePair<string, object?>("kind", "link-down"));

    public void Blackhole(TimeSpan silence)
    {
        _reflexes.Add(1, new KeyValuePair<string, object?>("kind", "blackhole"));
        _silenceMs.Record(silence.TotalMilliseconds);
    }

    public void Stale() => _reflexes.Add(1, new KeyValuePair<string, object?>("kind", "stale"));

    public void FalseAlarm() => _falseAlarms.Add(1);

    public void PlanApplied() => _plans.Add(1);

    public void ReportSent() => _reports.Add(1);

    public void Dispose()
    {
        _meter.Dispose();
        _activities.Dispose();
    }
}
