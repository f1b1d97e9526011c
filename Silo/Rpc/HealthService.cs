using Grpc.Core;
using Multipath.Silo.Hosting;
using Wire = Multipath.Contracts.Wire.Health;

namespace Multipath.Silo.Rpc;

/// <summary>The standard health service of gRPC: serving means ready, the store included.</summary>
internal sealed class HealthService(Readiness readiness, TimeProvider clock, StreamEnd streams) : Wire.Health.HealthBase
{
    private static readonly string[] Services = ["", "multipath.agent.v1.AgentGateway", "multipath.fleet.v1.Fleet"];
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public override async Task<Wire.HealthCheckResponse> Check(Wire.HealthCheckRequest request, ServerCallContext context) =>
        Services.Contains(request.Service)
            ? new() { Status = await Look(context.CancellationToken) }
            : throw new RpcException(new Status(StatusCode.NotFound, "There is no service of this name."));

    public override Task Watch(
        Wire.HealthCheckRequest request, IServerStreamWriter<Wire.HealthCheckResponse> responseStream, ServerCallContext context) =>
        streams.Run(stop => Tell(Services.Contains(request.Service), responseStream, stop), context.CancellationToken);

    private async Task<Status> Tell(bool known, IServerStreamWriter<Wire.HealthCheckResponse> reader, CancellationToken stop)
    {
        var last = Wire.HealthCheckResponse.Types.ServingStatus.Unknown;
        using var timer = new PeriodicTimer(LookEvery, clock);
        do
        {
            var now = known ? await Look(stop) : Wire.HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (now != last)
            {
                last = now;
                await reader.WriteAsync(new() { Status = now }, stop);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
        return Status.DefaultSuccess;
    }

    private async Task<Wire.HealthCheckResponse.Types.ServingStatus> Look(CancellationToken cancellation) =>
        await readiness.Problem(cancellation) is null
            ? Wire.HealthCheckResponse.Types.ServingStatus.Serving
            : Wire.HealthCheckResponse.Types.ServingStatus.NotServing;
}
