using System.Diagnostics.Metrics;
using Multipath.Contracts.Grains;

namespace Multipath.Silo.Telemetry;

/// <summary>The silo's instruments. No host id is ever a label: its number of values has no bound.</summary>
internal sealed class SiloMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Multipath.Silo";

    private readonly Counter<long> _pushes;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _policies;
    private readonly Counter<long> _refusedSessions;
    private readonly UpDownCounter<long> _sessions;
    private readonly Histogram<double> _convergence;
    private readonly Histogram<double> _rank;

    public SiloMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _pushes = meter.CreateCounter<long>(
            "multipath.plan.pushes", "{plan}", "Plans pushed, by result: acked, partial, nacked, unanswered.");
        _reports = meter.CreateCounter<long>("multipath.reports", "{report}", "Reports of agents, by outcome.");
        _policies = meter.CreateCounter<long>("multipath.policy.changes", "{change}", "Policies applied and deleted, by result.");
        _refusedSessions = meter.CreateCounter<long>(
            "multipath.sessions.refused", "{session}", "Sessions that were refused or ended by the silo, by reason.");
        _sessions = meter.CreateUpDownCounter<long>("multipath.sessions", "{session}", "Open sessions of agents.");
        _convergence = meter.CreateHistogram<double>(
            "multipath.plan.convergence", "s", "From the report or policy that changed a plan to the agent's acknowledgement.");
        _rank = meter.CreateHistogram<double>("multipath.rank.duration", "s", "Time to rank one host.");
    }

    public void PlanAnswered(string result) => _pushes.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Converged(TimeSpan took) => _convergence.Record(Math.Max(0, took.TotalSeconds));

    public void Ranked(TimeSpan took) => _rank.Record(took.TotalSeconds);

    public void Report(ReportOutcome outcome) => _reports.Add(1, new KeyValuePair<string, object?>("outcome", NameOf(outcome)));

    /// <summary>A report that could not even be read.</summary>
    public void MalformedReport() => _reports.Add(1, new KeyValuePair<string, object?>("outcome", "malformed"));

    public void PolicyChanged(string result) => _policies.Add(1, new KeyValuePair<string, object?>("result", result));

    public void SessionOpened() => _sessions.Add(1);

    public void SessionClosed() => _sessions.Add(-1);

    public void SessionRefused(string reason) => _refusedSessions.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static string NameOf(ReportOutcome outcome) => outcome switch
    {
        ReportOutcome.Accepted => "accepted",
        ReportOutcome.Gap => "gap",
        ReportOutcome.Old => "old",
        ReportOutcome.Invalid => "invalid",
        _ => "not-current",
    };
}
