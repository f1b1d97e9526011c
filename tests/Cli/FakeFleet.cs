using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Contracts.Wire.Health;

namespace Multipath.Cli.Tests;

/// <summary>What the fake silo knows, and what it was asked.</summary>
internal sealed class FakeFleet
{
    public List<HostDetail> Hosts { get; } = [];

    public List<PolicyInfo> Policies { get; } = [];

    public List<FleetEvent> Events { get; } = [];

    public List<ApplyPolicyRequest> Applied { get; } = [];

    public string? LastSelector { get; set; }

    public ApplyPolicyReply Reply { get; set; } = new() { Name = "vans", Result = ApplyResult.Created };

    /// <summary>Thrown by every call of the fleet when set.</summary>
    public Status? Trouble { get; set; }

    public bool IsReady { get; set; } = true;

    /// <summary>When true no call is answered before its caller gives up.</summary>
    public bool IsSilent { get; set; }
}

internal sealed class FakeFleetService(FakeFleet fleet) : Fleet.FleetBase
{
    public override Task<ListHostsReply> ListHosts(ListHostsRequest request, ServerCallContext context) => Answer(context, () =>
    {
        fleet.LastSelector = request.Selector;
        return new ListHostsReply { Hosts = { fleet.Hosts.Select(host => host.Summary) } };
    });

    public override Task<HostDetail> GetHost(GetHostRequest request, ServerCallContext context) => Answer(context, () =>
        fleet.Hosts.FirstOrDefault(host => host.Summary.Host == request.Host)
        ?? throw new RpcException(new Status(StatusCode.NotFound, $"the fleet never saw host '{request.Host}'")));

    public override Task<ListPoliciesReply> ListPolicies(ListPoliciesRequest request, ServerCallContext context) =>
        Answer(context, () => new ListPoliciesReply { Policies = { fleet.Policies } });

    public override Task<ApplyPolicyReply> ApplyPolicy(ApplyPolicyRequest request, ServerCallContext context) => Answer(context, () =>
    {
        fleet.Applied.Add(request);
        return fleet.Reply;
    });

    public override Task<DeletePolicyReply> DeletePolicy(DeletePolicyRequest request, ServerCallContext context) => Answer(context, () =>
        fleet.Policies.RemoveAll(policy => policy.Name == request.Name) > 0
            ? new DeletePolicyReply()
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no policy '{request.Name}'")));

    public override Task<ResumeHostReply> ResumeHost(ResumeHostRequest request, ServerCallContext context) => Answer(context, () =>
    {
        var known = fleet.Hosts.FirstOrDefault(host => host.Summary.Host == request.Host)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"the fleet never saw host '{request.Host}'"));
        if (known.Summary.Status != HostStatus.Held)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "The host is not held."));
        }

        known.Summary.Status = HostStatus.Updating;
        return new ResumeHostReply();
    });

    public override async Task Watch(WatchRequest request, IServerStreamWriter<FleetEvent> responseStream, ServerCallContext context)
    {
        foreach (var happened in fleet.Events.Where(one => request.Host.Length == 0 || one.Host == request.Host))
        {
            await responseStream.WriteAsync(happened);
        }
    }

    private async Task<T> Answer<T>(ServerCallContext context, Func<T> answer)
    {
        if (fleet.IsSilent)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        return fleet.Trouble is { } trouble ? throw new RpcException(trouble) : answer();
    }
}

internal sealed class FakeHealthService(FakeFleet fleet) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(
        new HealthCheckResponse
        {
            Status = fleet.IsReady ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing,
        });
}
