using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests.Interop;

/// <summary>Our client, calling a server of Python's gRPC.</summary>
public sealed class PythonServerTests : IClassFixture<PythonServerTests.PythonServer>
{
    private readonly PythonServer _server;

    public PythonServerTests(PythonServer server)
    {
        PythonGrpc.Require();
        _server = server;
    }

    [Fact]
    public async Task Unary() =>
        Assert.Equal("hi", (await _server.Client.UnaryAsync(new EchoMessage { Text = "hi", Payload = Bytes(10), Count = 7 })).Text);

    [Fact]
    public async Task Client_streaming()
    {
        using var call = _server.Client.Collect();
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Text = "x" });
        }

        await call.RequestStream.CompleteAsync();
        var response = await call;
        Assert.Equal((50, new string('x', 50)), (response.Count, response.Text));
    }

    [Fact]
    public async Task Server_streaming()
    {
        using var call = _server.Client.Expand(new EchoMessage { Count = 50 });
        var counts = new List<int>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            counts.Add(response.Count);
        }

        Assert.Equal(Enumerable.Range(0, 50), counts);
    }

    [Fact]
    public async Task Duplex()
    {
        using var call = _server.Client.Duplex();
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_messages(bool gzip)
    {
        var request = new EchoMessage { Payload = Bytes(10_000_000) };
        var headers = gzip ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : null;

        Assert.Equal(request, await _server.Client.UnaryAsync(request, headers));
        using var call = _server.Client.Duplex(headers);
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(request, call.ResponseStream.Current);
    }

    [Fact]
    public async Task Metadata_both_ways()
    {
        using var call = _server.Client.UnaryAsync(
            new EchoMessage { Text = "metadata" }, new Metadata { { "ask", "text value" }, { "ask-bin", [0, 255, 1] } });
        var headers = await call.ResponseHeadersAsync;
        await call;

        Assert.Equal("text value", headers.GetValue("head"));
        Assert.Equal([0, 255, 1], headers.GetValueBytes("head-bin"));
        Assert.Equal("text value", call.GetTrailers().GetValue("tail"));
        Assert.Equal([0, 255, 1], call.GetTrailers().GetValueBytes("tail-bin"));
    }

    [Fact]
    public async Task All_statuses()
    {
        for (var code = StatusCode.Cancelled; code <= StatusCode.Unauthenticated; code++)
        {
            var e = await Assert.ThrowsAsync<RpcException>(
                async () => await _server.Client.UnaryAsync(new EchoMessage { Text = "status", Count = (int)code }));
            Assert.Equal((code, "ü: 100%"), (e.StatusCode, e.Status.Detail));
            Assert.Equal([0, 255], e.Trailers.GetValueBytes("why-bin"));
        }
    }

    [Fact]
    public async Task Deadline()
    {
        using var call = _server.Client.UnaryAsync(new EchoMessage { Text = "sleep" }, deadline: DateTime.UtcNow.AddMilliseconds(200));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task Cancellation()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _server.Client.Duplex(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(new EchoMessage());
        Assert.True(await call.ResponseStream.MoveNext());
        var read = call.ResponseStream.MoveNext();

        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
    }

    private static ByteString Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    /// <summary>One Python for all tests; it ends when its input closes.</summary>
    public sealed class PythonServer : IDisposable
    {
        private readonly Lazy<(Process Process, GrpcChannel Channel)> _started = new(Start);

        internal Echo.EchoClient Client => new(_started.Value.Channel);

        public void Dispose()
        {
            if (_started.IsValueCreated)
            {
                _started.Value.Channel.Dispose();
                _started.Value.Process.StandardInput.Close();
                _started.Value.Process.WaitForExit();
                _started.Value.Process.Dispose();
            }
        }

        private static (Process Process, GrpcChannel Channel) Start()
        {
            var process = PythonGrpc.Start("serve");
            var port = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            return (process, GrpcChannel.ForAddress(
                $"http://127.0.0.1:{port}", new GrpcChannelOptions { MaxReceiveMessageSize = null }));
        }
    }
}
