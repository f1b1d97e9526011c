using Multipath.Contracts.Grains;
using Multipath.Policies.Check;
using Multipath.Policies.Model;
using Multipath.Policies.Text;
using Multipath.Silo.Grains;
using Multipath.Silo.Mapping;
using Multipath.Silo.Telemetry;
using Orleans;

namespace Multipath.Silo.Hosting;

/// <summary>What operators can do, the same by gRPC and by HTTP.</summary>
internal sealed class FleetDesk(IGrainFactory grains, SiloMetrics metrics)
{
    /// <summary>What is said of a host that is not known.</summary>
    public static string NeverSaw(string host) => $"the fleet never saw host '{host}'";

    private IFleetGrain Fleet => grains.GetGrain<IFleetGrain>(FleetKey.Value);

    /// <summary>
    /// Checks a policy, runs its own tests and stores it, all or nothing. The errors are <c>file:line:column: message</c>.
    /// </summary>
    public async Task<(PolicyApplied? Applied, IReadOnlyList<string> Errors)> Apply(string yaml, string fileName, bool dryRun)
    {
        using var span = SiloTrace.Start("apply", null);
        var errors = Check(yaml, fileName, out var policy);
        if (policy is null)
        {
            metrics.PolicyChanged("refused");
            return (null, errors);
        }

        span?.SetTag(SiloTrace.PolicyTag, policy.Name);
        var draft = new PolicyDraft(policy.Name, policy.Priority, policy.Hosts.ToString(), yaml);
        return (await Again.AfterStaleWrite(() => grains.GetGrain<IPolicyGrain>(policy.Name).Apply(draft, dryRun, span?.Id)), []);
    }

    /// <summary>False when there is none of the name.</summary>
    public async Task<bool> Delete(string name)
    {
        using var span = SiloTrace.Start("delete", null);
        return WireCheck.IsName(name) && await Again.AfterStaleWrite(() => grains.GetGrain<IPolicyGrain>(name).Delete(span?.Id));
    }

    public Task<FleetSnapshot> Snapshot() => Fleet.Snapshot();

    /// <summary>Null when the fleet never saw it.</summary>
    public Task<HostDescription?> Describe(string host) =>
        WireCheck.IsName(host) ? grains.GetGrain<IHostGrain>(host).Describe() : Task.FromResult<HostDescription?>(null);

    public Task<ResumeOutcome> Resume(string host) =>
        WireCheck.IsName(host)
            ? Again.AfterStaleWrite(() => grains.GetGrain<IHostGrain>(host).Resume())
            : Task.FromResult(ResumeOutcome.Unknown);

    private static IReadOnlyList<string> Check(string yaml, string fileName, out Policy? policy)
    {
        var parsed = PolicyText.Parse(yaml, fileName);
        policy = parsed.Value;
        if (policy is null)
        {
            return [.. parsed.Errors.Select(error => error.ToString())];
        }

        var failures = PolicyCheck.Run(policy);
        if (!failures.IsEmpty)
        {
            policy = null;
        }

        return [.. failures.Select(failure => new PolicyError(
            fileName, failure.Line, 1, $"test '{failure.Test}': expected {failure.Expectation}, got {failure.Outcome}").ToString())];
    }
}
