using Multipath.Agent.Hosting;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;
using Multipath.Policies.Realise;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Tells everybody who wants to know what happens: the log, the metrics, and the silo, for which it is kept until the loop's turn ends. Of
/// one thread.
/// </summary>
/// <param name="log">For people at the host.</param>
/// <param name="metrics">For the operator's dashboards.</param>
/// <param name="clock">When.</param>
internal sealed class Journal(AgentLog log, AgentMetrics metrics, AgentClock clock)
{
    private readonly List<HostOccurrence> _untold = [];

    public AgentLog Log { get; } = log;

    public AgentMetrics Metrics { get; } = metrics;

    public AgentTrace Trace => Metrics.Trace;

    /// <summary>True while there is something to tell the silo.</summary>
    public bool HasOccurrences => _untold.Count > 0;

    /// <summary>Takes what is to be told.</summary>
    public EquatableArray<HostOccurrence> TakeOccurrences()
    {
        var taken = _untold.ToEquatableArray();
        _untold.Clear();
        return taken;
    }

    /// <summary>An action was tried.</summary>
    public void Action(string kind, uint token, PathKey? path, string text, string reason, string error, TimeSpan took)
    {
        Metrics.Action(kind, error.Length > 0 ? "refused" : "done", took);
        var took_us = Math.Round(took.TotalMicroseconds);
        if (error.Length == 0)
        {
            Log.Info(
                "action", F("kind", kind), Token(token), F("path", path), F("what", text), F("reason", reason), F("took_us", took_us));
            Tell(OccurrenceKind.Action, token, path, $"{text}: {reason}");
        }
        else
        {
            Log.Warn("refused", F("kind", kind), Token(token), F("path", path), F("what", text), F("reason", reason), F("error", error));
            Tell(OccurrenceKind.Refused, token, path, $"{text}: {error}");
        }
    }

    /// <summary>What an action was about was gone when it came, and the event that says so is under way: no refusal, and no news.</summary>
    public void Overtaken(string kind, uint token, string text, TimeSpan took)
    {
        Metrics.Action(kind, "overtaken", took);
        Log.Info("overtaken", F("kind", kind), Token(token), F("what", text));
    }

    /// <summary>A planned handover began, ended or was taken back.</summary>
    /// <param name="step">Which, and how.</param>
    /// <param name="stall">The longest time for which nothing under way was acknowledged.</param>
    public void Handover(HandoverStep step, TimeSpan stall)
    {
        var stage = step.Stage.ToString().ToLowerInvariant();
        var (took_ms, stall_ms) = (Math.Round(step.Took.TotalMilliseconds), Math.Round(stall.TotalMilliseconds));
        Log.Info(
            "handover", F("id", step.Id), F("stage", stage), Token(step.Token), F("path", step.To), F("what", step.Text),
            F("took_ms", took_ms), F("stall_ms", stall_ms));
        if (step.Stage == HandoverStage.Done)
        {
            Metrics.PlannedHandover();
            Metrics.Stalled(stall);
        }

        var times = step.Stage == HandoverStage.Begun ? "" : FormattableString.Invariant($" (took {took_ms} ms, stall {stall_ms} ms)");
        Tell(OccurrenceKind.Handover, step.Token, step.To, $"{step.Id} {stage} {step.Text}{times}");
    }

    /// <summary>A subflow that this agent began is established.</summary>
    public void Joined(uint token, PathKey path, TimeSpan took) =>
        Log.Info("joined", Token(token), F("path", path), F("took_ms", Math.Round(took.TotalMilliseconds, 1)));

    /// <summary>A link went down and its subflows were closed.</summary>
    public void LinkDown(PathKey path, int subflows, TimeSpan took)
    {
        Metrics.LinkDown();
        Metrics.ForcedHandover(subflows);
        var took_us = Math.Round(took.TotalMicroseconds);
        Log.Info("reflex", F("kind", "link-down"), F("path", path), F("subflows", subflows), F("took_us", took_us));
        Tell(OccurrenceKind.Reflex, 0, path, $"link down: {subflows} subflows closed");
    }

    /// <summary>A path swallowed data.</summary>
    public void Blackhole(uint token, PathKey? path, TimeSpan silence, TimeSpan threshold, bool closed)
    {
        var did = closed ? "closed, so that its data goes over the others" : "left, for no other subflow carries";
        Metrics.Blackhole(silence);
        Metrics.ForcedHandover(closed ? 1 : 0);
        var (silence_ms, threshold_ms) = (Math.Round(silence.TotalMilliseconds, 1), Math.Round(threshold.TotalMilliseconds, 1));
        Log.Info(
            "reflex", F("kind", "blackhole"), Token(token), F("path", path), F("silence_ms", silence_ms),
            F("threshold_ms", threshold_ms), F("did", did));
        var text = FormattableString.Invariant($"silent for {silence_ms} ms (threshold {threshold_ms} ms): {did}");
        Tell(OccurrenceKind.Reflex, token, path, text);
    }

    /// <summary>A path's loss or round-trip time crossed a threshold of the plan.</summary>
    public void Threshold(ThresholdCrossing crossing)
    {
        Log.Info("threshold", F("path", crossing.Path), F("what", crossing.Text));
        Tell(OccurrenceKind.Threshold, 0, crossing.Path, $"{crossing.Path} {crossing.Text}");
    }

    /// <summary>Nothing came on a subflow for long while others received.</summary>
    public void Stale(uint token, PathKey? path)
    {
        Metrics.Stale();
        Log.Info("reflex", F("kind", "stale"), Token(token), F("path", path));
        Tell(OccurrenceKind.Reflex, token, path, "nothing came on it while others received: made again");
    }

    /// <summary>The path of the last blackhole reflex answered at once.</summary>
    public void FalseAlarm(uint token, PathKey? path, long count)
    {
        Metrics.FalseAlarm();
        Log.Info("false-alarm", Token(token), F("path", path), F("count", count));
        Tell(OccurrenceKind.FalseAlarm, token, path, $"the path answered at once; {count} false alarms since the start");
    }

    /// <summary>Another plan runs.</summary>
    public void Plan(PlanVersion version, string source, string policy, string difference, int applied, int refused)
    {
        Metrics.PlanApplied(source == "silo's" ? "silo" : source);
        Log.Info(
            "plan", F("version", version), F("source", source), F("policy", policy), F("applied", applied), F("refused", refused),
            F("diff", difference));
        Tell(OccurrenceKind.Plan, 0, null, $"{source} plan {version} of policy {policy}: {difference}");
    }

    /// <summary>There is more on the host than a report may hold.</summary>
    public void LeftOut(IReadOnlyCollection<string> what)
    {
        foreach (var text in what.Select(one => $"reports leave out {one}"))
        {
            Warn(text);
            Tell(OccurrenceKind.Dropped, 0, null, text);
        }
    }

    /// <summary>Something is not as it should be.</summary>
    public void Warn(string text) => Log.Warn("warning", F("text", text));

    private static LogField F(string name, object? value) => new(name, value);

    private static LogField Token(uint token) => new("token", token == 0 ? null : $"{token:x8}");

    private void Tell(string kind, uint token, PathKey? path, string text) =>
        _untold.Add(new HostOccurrence(clock.Now, kind, token, path, text));
}
