using Grpc.Core;

namespace Multipath.Standalone.Grpc.Tests.Interop;

/// <summary>Our server, called by Python's gRPC.</summary>
public sealed class PythonClientTests
{
    private static readonly string[] Checks =
    [
        "unary", "client_streaming", "server_streaming", "duplex", "empty_messages", "large_messages", "gzip", "metadata", "statuses",
        "unknown_method", "deadline", "cancellation",
    ];

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task All_checks_of_the_python_client_pass(string? compression)
    {
        PythonGrpc.Require();
        await using var server = await EchoServer.StartAsync(options =>
        {
            options.MaxReceiveMessageSize = null;
            options.ResponseCompressionAlgorithm = compression;
        });
        server.Behaviour.Unary = async (request, context) =>
        {
            var headers = context.RequestHeaders;
            switch (request.Text)
            {
                case "status":
                    throw new RpcException(
                        new Status((StatusCode)request.Count, "ü: 100%"), new Metadata { { "why", "asked" }, { "why-bin", [0, 255] } });
                case "sleep":
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
                    break;
                case "metadata":
                    await context.WriteResponseHeadersAsync(
                        new Metadata { { "head", headers.GetValue("ask")! }, { "head-bin", headers.GetValueBytes("ask-bin")! } });
                    context.ResponseTrailers.Add("tail", headers.GetValue("ask")!);
                    context.ResponseTrailers.Add("tail-bin", headers.GetValueBytes("ask-bin")!);
                    break;
            }

            return request;
        };

        using var python = PythonGrpc.Start("call", server.Address.Authority);
        var output = await python.StandardOutput.ReadToEndAsync();

        Assert.Equal(Checks.Select(check => "ok " + check), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
