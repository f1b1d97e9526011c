using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Host;

/// <summary>What people see of a host, made from what its grain holds. Pure.</summary>
internal static class HostView
{
    public static HostSummary Summary(
        string host, HostRecord record, HostPicture picture, Governance? governance, bool connected, DateTimeOffset now) =>
        new(
            host,
            Status(record.Ledger, governance, connected),
            governance is null ? record.Ledger.Desired?.Plan.Content.Policy ?? "" : governance.Policy?.Name ?? "",
            record.Ledger.Desired?.Version,
            record.Ledger.Running,
            picture.Paths.Values.Count(path => path.State == PathState.Up),
            picture.Paths.Count,
            picture.Connections.Count,
            connected ? now : record.LastSeen ?? now,
            record.Labels,
            record.Ledger.Epoch);

    public static HostDescription Whole(HostSummary summary, HostRecord record, HostPicture picture, string problem) =>
        new(
            summary,
            [.. picture.Paths.Values],
            [.. picture.Connections.Values],
            record.Ledger.Desired?.Plan,
            Trouble(record.Ledger, problem),
            [.. picture.Occurrences],
            picture.Counters,
            record.AgentVersion,
            record.Capabilities,
            picture.Sequence);

    private static HostStatus Status(PlanLedger ledger, Governance? governance, bool connected) =>
        !connected ? HostStatus.Away
        : ledger.Hold is not null ? HostStatus.Held
        : governance is { Policy: null } ? HostStatus.Unmanaged
        : ledger.IsRefused ? HostStatus.Refused
        : ledger.IsSettled ? HostStatus.Settled
        : HostStatus.Updating;

    private static string Trouble(PlanLedger ledger, string problem) =>
        ledger.Hold is { } hold ? hold.ToString()
        : ledger.IsRefused ? ledger.Trouble!.Text
        : problem.Length > 0 ? problem
        : ledger.InFlight is { } plan ? $"plan {plan.Version} is not answered yet"
        : "";
}
