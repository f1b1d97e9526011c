using System.Diagnostics;

namespace Multipath.Agent.Telemetry;

/// <summary>
/// What the agent does, as spans: a plan that is taken over stands below the silo's decision, and each action on the data plane below
/// what asked for it. A plan that begins with a join goes on when that is established; what follows soon after belongs to its trace too.
/// Of one thread.
/// </summary>
internal sealed class AgentTrace : IDisposable
{
    /// <summary>A join is given up after this: what a plan still does then is not its beginning any more.</summary>
    private static readonly TimeSpan PlanGoesOnFor = TimeSpan.FromSeconds(15);

    private readonly ActivitySource _source;
    private ActivityContext _plan;
    private DateTimeOffset _until;

    /// <param name="name">Of the source.</param>
    public AgentTrace(string name) => _source = new ActivitySource(name);

    /// <summary>Starts the span of a plan that is taken over; null when nobody listens.</summary>
    /// <param name="version">Of the plan.</param>
    /// <param name="policy">Whose it is.</param>
    /// <param name="traceparent">W3C trace context of the decision; what is none is passed over.</param>
    /// <param name="now">The time.</param>
    public Activity? Plan(string version, string policy, string traceparent, DateTimeOffset now)
    {
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var decision);
        var span = _source.StartActivity("plan", ActivityKind.Consumer, decision);
        span?.SetTag("multipath.plan", version);
        span?.SetTag("multipath.policy", policy);
        (_plan, _until) = (span?.Context ?? default, now + PlanGoesOnFor);
        return span;
    }

    /// <summary>Starts the span of a reflex, which asks nobody and hence begins a trace.</summary>
    public Activity? Reflex(string kind, string? path)
    {
        var span = _source.StartActivity("reflex");
        span?.SetTag("multipath.reflex", kind);
        span?.SetTag("multipath.path", path);
        return span;
    }

    /// <summary>Starts the span of a step of a planned handover, in the trace of the plan that asked for it.</summary>
    /// <param name="id">Which handover; its actions name it in their reasons.</param>
    /// <param name="stage">Begun, done or reverted.</param>
    /// <param name="text">From where to where and why.</param>
    public Activity? Handover(string id, string stage, string text)
    {
        var span = Activity.Current is null
            ? _source.StartActivity("handover", ActivityKind.Internal, _plan)
            : _source.StartActivity("handover");
        span?.SetTag("multipath.handover", id);
        span?.SetTag("multipath.stage", stage);
        span?.SetTag("multipath.reason", text);
        return span;
    }

    /// <summary>Starts the span of one action on the data plane.</summary>
    /// <param name="kind">Such as create or set-backup.</param>
    /// <param name="text">The action in words.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time.</param>
    public Activity? Action(string kind, string text, string reason, DateTimeOffset now)
    {
        var span = Activity.Current is null && now < _until
            ? _source.StartActivity(kind, ActivityKind.Client, _plan)
            : _source.StartActivity(kind, ActivityKind.Client);
        span?.SetTag("multipath.action", text);
        span?.SetTag("multipath.reason", reason);
        return span;
    }

    public void Dispose() => _source.Dispose();
}
