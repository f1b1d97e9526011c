using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;
using Multipath.Contracts.Grains;
using Multipath.Silo.Mapping;
using Multipath.Silo.Telemetry;
using Orleans;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Rpc;

/// <summary>Where agents connect: admits a stream, reads its Hello, then leaves it to an <see cref="AgentSession"/>.</summary>
internal sealed class AgentGatewayService(
    IGrainFactory grains,
    SessionAdmission admission,
    SessionSettings settings,
    SiloMetrics metrics,
    StreamEnd streams,
    OpenSessions sessions,
    TimeProvider clock,
    ILogger<AgentSession> logger)
    : Wire.AgentGateway.AgentGatewayBase
{
    public override async Task Connect(
        IAsyncStreamReader<Wire.AgentMessage> requestStream,
        IServerStreamWriter<Wire.SiloMessage> responseStream,
        ServerCallContext context)
    {
        using var place = admission.TryEnter();
        if (place is null)
        {
            metrics.SessionRefused("load");
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Too many agents connect at once; come back later."));
        }

        var hello = await ReadHello(requestStream, context.CancellationToken);
        var id = Guid.NewGuid().ToString("n");
        var (opening, problem) = FromAgent.Hello(hello, id);
        if (opening is null)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, problem!));
        }

        var host = grains.GetGrain<IHostGrain>(hello.Host);
        var session = new AgentSession(hello.Host, id, host, settings, metrics, clock, logger);
        using var entry = sessions.Enter(session);
        try
        {
            await streams.Run(stop => session.Run(opening, requestStream, responseStream, grains, stop), context.CancellationToken);
        }
        catch (RpcException ended)
        {
            metrics.SessionRefused(ended.StatusCode.ToString());
            if (session.IsAskedToMove)
            {
                // A load balancer chooses for each connection, not for each stream: the next stream has to come on another one.
                context.GetHttpContext().Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            throw;
        }
    }

    private async Task<Wire.Hello> ReadHello(IAsyncStreamReader<Wire.AgentMessage> messages, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(settings.HelloWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await messages.MoveNext(either.Token) && messages.Current.BodyCase == Wire.AgentMessage.BodyOneofCase.Hello
                ? messages.Current.Hello
                : throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message of a session is a Hello."));
        }
        catch (Exception error) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "No Hello came.", error));
        }
    }
}
