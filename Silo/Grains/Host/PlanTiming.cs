using System.Diagnostics;
using Multipath.Policies.Model;
using Multipath.Silo.Telemetry;

namespace Multipath.Silo.Grains.Host;

/// <summary>Follows the plan in flight from its cause to its answer, for the convergence metric and the trace.</summary>
internal sealed class PlanTiming(SiloMetrics metrics, TimeProvider clock)
{
    /// <summary>An agent that says nothing for so long has lost the plan or cannot apply it; the newest one is then pushed again.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private DateTimeOffset _cause;
    private string? _causeTrace;
    private string? _pushTrace;

    /// <summary>When to stop waiting for an answer; null when nothing is in flight.</summary>
    public DateTimeOffset? Deadline { get; private set; }

    /// <summary>Something made a new plan necessary.</summary>
    public void Caused(DateTimeOffset at, string? trace) => (_cause, _causeTrace) = (at, trace);

    /// <summary>The trace context that goes with the plan, or null.</summary>
    public string? Pushed(string host, PlanVersion version)
    {
        using var span = SiloTrace.Start("push", _causeTrace, ActivityKind.Producer);
        span?.SetTag(SiloTrace.HostTag, host);
        span?.SetTag(SiloTrace.PlanTag, version.ToString());
        Deadline = clock.GetUtcNow() + AnswerWithin;
        return _pushTrace = span?.Id ?? _causeTrace;
    }

    /// <param name="result">One of acked, partial, nacked and unanswered.</param>
    /// <param name="trace">W3C trace context of what the agent did, or null.</param>
    public void Answered(string result, string? trace = null)
    {
        using var span = SiloTrace.Start("ack", trace ?? _pushTrace, ActivityKind.Consumer);
        span?.SetTag("multipath.result", result);
        Deadline = null;
        metrics.PlanAnswered(result);
        if (result == "acked")
        {
            metrics.Converged(clock.GetUtcNow() - _cause);
        }
    }
}
