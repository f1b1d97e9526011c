using Google.Protobuf;
using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

/// <summary>Echoes; a behaviour under test replaces one of the functions.</summary>
public sealed class EchoService(EchoBehaviour behaviour) : Echo.EchoBase
{
    public override Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context) => behaviour.Unary(request, context);

    public override Task<EchoMessage> Collect(IAsyncStreamReader<EchoMessage> requestStream, ServerCallContext context) =>
        behaviour.Collect(requestStream, context);

    public override Task Expand(EchoMessage request, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context) =>
        behaviour.Expand(request, responseStream, context);

    public override Task Duplex(
        IAsyncStreamReader<EchoMessage> requestStream, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context) =>
        behaviour.Duplex(requestStream, responseStream, context);
}

/// <summary>What the service does.</summary>
public sealed class EchoBehaviour
{
    public Func<EchoMessage, ServerCallContext, Task<EchoMessage>> Unary { get; set; } = (request, _) => Task.FromResult(request);

    public Func<IAsyncStreamReader<EchoMessage>, ServerCallContext, Task<EchoMessage>> Collect { get; set; } = async (requests, _) =>
    {
        var all = new EchoMessage();
        await foreach (var request in requests.ReadAllAsync())
        {
            all.Count++;
            all.Text += request.Text;
            all.Payload = ByteString.CopyFrom([.. all.Payload, .. request.Payload]);
        }

        return all;
    };

    public Func<EchoMessage, IServerStreamWriter<EchoMessage>, ServerCallContext, Task> Expand { get; set; } =
        async (request, responses, _) =>
        {
            for (var i = 0; i < request.Count; i++)
            {
                await responses.WriteAsync(new EchoMessage { Text = request.Text, Payload = request.Payload, Count = i });
            }
        };

    public Func<IAsyncStreamReader<EchoMessage>, IServerStreamWriter<EchoMessage>, ServerCallContext, Task> Duplex { get; set; } =
        async (requests, responses, _) =>
        {
            await foreach (var request in requests.ReadAllAsync())
            {
                await responses.WriteAsync(request);
            }
        };
}
