using Grpc.Core;
using Multipath.Contracts.Grains;
using Multipath.Policies.Select;
using Multipath.Silo.Hosting;
using Multipath.Silo.Mapping;
using Orleans;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Rpc;

/// <summary>What operators and their programs ask of the fleet.</summary>
internal sealed class FleetService(FleetDesk desk, IGrainFactory grains, TimeProvider clock, StreamEnd streams) : Wire.Fleet.FleetBase
{
    public override async Task<Wire.ApplyPolicyReply> ApplyPolicy(Wire.ApplyPolicyRequest request, ServerCallContext context)
    {
        var fileName = request.FileName.Length == 0 ? "policy.yaml" : request.FileName;
        var (applied, errors) = await Asked(() => desk.Apply(request.Yaml, fileName, request.DryRun));
        return applied is null
            ? throw new RpcException(new Status(StatusCode.InvalidArgument, string.Join('\n', errors)))
            : ToFleet.Applied(applied);
    }

    public override async Task<Wire.DeletePolicyReply> DeletePolicy(Wire.DeletePolicyRequest request, ServerCallContext context) =>
        await Asked(() => desk.Delete(request.Name))
            ? new Wire.DeletePolicyReply()
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no policy \"{request.Name}\"."));

    public override async Task<Wire.ListPoliciesReply> ListPolicies(Wire.ListPoliciesRequest request, ServerCallContext context) =>
        new() { Policies = { (await Asked(desk.Snapshot)).Policies.Select(ToFleet.Policy) } };

    public override async Task<Wire.ListHostsReply> ListHosts(Wire.ListHostsRequest request, ServerCallContext context)
    {
        var selector = LabelSelector.Parse(request.Selector);
        if (selector.Value is null)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, string.Join('\n', selector.Errors)));
        }

        var hosts = (await Asked(desk.Snapshot)).Hosts.Where(host => selector.Value.Matches(host.Labels));
        return new() { Hosts = { hosts.Select(ToFleet.Summary) } };
    }

    public override async Task<Wire.HostDetail> GetHost(Wire.GetHostRequest request, ServerCallContext context) =>
        await Asked(() => desk.Describe(request.Host)) is { } host
            ? ToFleet.Detail(host)
            : throw new RpcException(new Status(StatusCode.NotFound, FleetDesk.NeverSaw(request.Host)));

    public override async Task<Wire.ResumeHostReply> ResumeHost(Wire.ResumeHostRequest request, ServerCallContext context) =>
        await Asked(() => desk.Resume(request.Host)) switch
        {
            ResumeOutcome.Resumed => new Wire.ResumeHostReply(),
            ResumeOutcome.NotHeld => throw new RpcException(new Status(StatusCode.FailedPrecondition, "The host is not held.")),
            _ => throw new RpcException(new Status(StatusCode.NotFound, FleetDesk.NeverSaw(request.Host))),
        };

    public override async Task Watch(
        Wire.WatchRequest request, IServerStreamWriter<Wire.FleetEvent> responseStream, ServerCallContext context)
    {
        using var stream = new WatchStream(grains, clock);
        await streams.Run(
            stop => stream.Run(request.Host, responseStream, () => context.WriteResponseHeadersAsync([]), stop), context.CancellationToken);
    }

    private static async Task<T> Asked<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (Exception error) when (Unavailability.Reason(error) is { } reason)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, reason, error));
        }
    }
}
