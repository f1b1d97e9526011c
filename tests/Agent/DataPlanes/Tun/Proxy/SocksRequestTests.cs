using System.Net;
using Multipath.Agent.DataPlanes.Tun.Proxy;

namespace Multipath.Agent.Tests.DataPlanes.Tun.Proxy;

/// <summary>The messages of RFC 1928, byte by byte.</summary>
public sealed class SocksRequestTests
{
    private static readonly byte[] Greeting = [5, 1, 0];
    private static readonly byte[] GreetingAnswer = [5, 0];

    [Theory]
    [InlineData("05010001 C0000201 0050", "192.0.2.1", 80)]
    [InlineData("05010003 09 6C6F63616C686F7374 1F90", "localhost", 8080)]
    [InlineData("05010004 20010DB8000000000000000000000001 01BB", "2001:db8::1", 443)]
    public async Task A_connect_names_its_target(string request, string host, int port)
    {
        var (target, refusal, said) = await ReadAsync([.. Greeting, .. Bytes(request)]);
        Assert.Null(refusal);
        Assert.Equal(new SocksTarget(host, (ushort)port), target);
        Assert.Equal(GreetingAnswer, said);
    }

    [Theory]
    [InlineData("05020001 C0000201 0050", 7)]
    [InlineData("05010002 C0000201 0050", 8)]
    [InlineData("05010003 00 0050", 8)]
    public async Task What_we_do_not_have_is_refused(string request, byte expected)
    {
        var (target, refusal, _) = await ReadAsync([.. Greeting, .. Bytes(request)]);
        Assert.Equal((null, (SocksReply)expected), (target, refusal));
    }

    [Theory]
    [InlineData("04010050C000020100")]
    [InlineData("474554202F20")]
    [InlineData("050100 04")]
    public async Task What_is_no_socks_5_gets_no_reply(string bytes)
    {
        var (target, refusal, _) = await ReadAsync([.. Bytes(bytes), .. new byte[300]]);
        Assert.Equal((null, (SocksReply?)null), (target, refusal));
    }

    [Fact]
    public async Task A_client_that_wants_a_password_is_told_that_there_is_no_such_method()
    {
        var (target, _, said) = await ReadAsync([5, 1, 2]);
        Assert.Null(target);
        Assert.Equal([5, 0xFF], said);
    }

    [Fact]
    public async Task Half_a_request_is_an_end_of_the_stream() =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync([.. Greeting, 5, 1]));

    [Fact]
    public void A_reply_carries_this_end_of_the_connection()
    {
        var ours = new IPEndPoint(IPAddress.Parse("10.80.1.2"), 49152);
        Assert.Equal(Bytes("05000001 0A500102 C000"), SocksRequest.Reply(SocksReply.Succeeded, ours));
        Assert.Equal(Bytes("05050001 00000000 0000"), SocksRequest.Reply(SocksReply.ConnectionRefused, null));
        Assert.Equal(22, SocksRequest.Reply(SocksReply.Succeeded, new IPEndPoint(IPAddress.IPv6Loopback, 1)).Length);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static async Task<(SocksTarget? Target, SocksReply? Refusal, byte[] Said)> ReadAsync(byte[] bytes)
    {
        using var client = new TwoWays(bytes);
        var (target, refusal) = await SocksRequest.ReadAsync(client, TestContext.Current.CancellationToken);
        return (target, refusal, client.Said);
    }

    /// <summary>What the client says is given; what it hears is kept.</summary>
    private sealed class TwoWays(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly List<byte> _said = [];

        internal byte[] Said => [.. _said];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _said.AddRange(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
