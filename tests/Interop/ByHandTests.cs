using System.Net;
using System.Text.Json;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Verbs;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>A person steers connections of the stack by <c>mpagent</c>, beside a <c>mpagent run --plane tun</c> that has no plan.</summary>
public sealed class ByHandTests : IAsyncDisposable
{
    private const string Second = "10.80.2.2";

    private ProxyBed _bed = null!;
    private KernelDataPlane _server = null!;
    private ProxiedTalk _talk = null!;
    private string _token = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subflow_is_made_given_a_priority_and_destroyed()
    {
        await ConnectAsync();
        Assert.Matches(
            $@"^subflow 10\.80\.2\.2:\d+ -> 10\.79\.1\.2:{_talk.Port} established, ids 1/0\n$",
            await DoneAsync("create", _token, "--local", Second, "--backup"));
        Assert.Equal([false, true], await SubflowsAsync());
        Assert.Equal(true, AtServer()?.Stats.BackupByPeer);

        Assert.EndsWith("is active\n", await DoneAsync("set-backup", _token, "off", "--local", Second), StringComparison.Ordinal);
        Assert.Equal([false, false], await SubflowsAsync());
        await Eventually.HoldsAsync("the peer knows that it is active", () => AtServer()?.Stats.BackupByPeer == false);

        Assert.EndsWith("destroyed\n", await DoneAsync("destroy", _token, "--id", "1"), StringComparison.Ordinal);
        Assert.Equal([false], await SubflowsAsync());
        await Eventually.HoldsAsync("the peer has it no more", () => AtServer() is null);
        await _talk.PassAsync();
    }

    [Fact]
    public async Task An_address_is_announced_and_withdrawn()
    {
        await ConnectAsync();
        Assert.Equal($"address {Second} announced as id 7\n", await DoneAsync("announce", _token, Second, "--id", "7", "--port", "99"));
        var announced = await NextAsync<MptcpEvent.Announced>();
        Assert.Equal((7, IPAddress.Parse(Second), 99), (announced.RemoteId, announced.Address, announced.Port));
        Assert.Equal(
            "mpagent: Cannot announce an address: EADDRINUSE (it is announced already).\n",
            await FailsAsync("announce", _token, Second, "--id", "7", "--port", "99"));

        Assert.Equal("address id 7 withdrawn\n", await DoneAsync("remove", _token, "7"));
        Assert.Equal(7, (await NextAsync<MptcpEvent.Removed>()).RemoteId);
        Assert.Equal(
            "mpagent: Cannot withdraw an address: EINVAL (no address has that id).\n", await FailsAsync("remove", _token, "7"));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_words()
    {
        await ConnectAsync();
        Assert.Equal(
            "mpagent: tun:mp0 does not have the address 10.79.2.1; it has 10.80.1.2, 10.80.2.2, as `mpagent paths` lists them.\n",
            await FailsAsync("create", _token, "--local", "10.79.2.1"));
        Assert.Equal(
            "mpagent: tun:mp0 does not have the address 10.79.2.1; it has 10.80.1.2, 10.80.2.2, as `mpagent paths` lists them.\n",
            await FailsAsync("announce", _token, "10.79.2.1", "--id", "1"));
        Assert.Equal(
            "mpagent: Cannot create a subflow: EINVAL (the two addresses are of different families, or the id is not that of the local "
                + "one).\n",
            await FailsAsync("create", _token, "--local", "10.80.1.2", "--id", "3"));
        Assert.Matches(
            @"^mpagent: Cannot create a subflow 10\.80\.2\.2 -> 10\.79\.1\.2:9: ECONNREFUSED \(Connection refused\)\.\n$",
            await FailsAsync("create", _token, "--local", Second, "--remote", "10.79.1.2:9"));
        Assert.Equal(
            "mpagent: There is no connection 0000abcd on kernel or tun:mp0; `mpagent connections` lists those that are.\n",
            await FailsAsync("destroy", "abcd"));
        Assert.Equal(
            $"mpagent: There is no connection {_token} on kernel; `mpagent connections` lists those that are.\n",
            await FailsAsync("destroy", _token, "--plane", "kernel"));
        Assert.Equal(
            "mpagent: There is no plane 'tun:mp1' here; there are: kernel, tun:mp0.\n",
            await FailsAsync("destroy", _token, "--plane", "tun:mp1"));
    }

    public async ValueTask DisposeAsync()
    {
        _talk?.Dispose();
        _server?.Dispose();
        await (_bed?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>A program connects by the proxy, and some bytes pass, after which further subflows are allowed.</summary>
    private async Task ConnectAsync()
    {
        _bed = await ProxyBed.CreateAsync(plan: false);
        _server = KernelDataPlane.Open(_bed.Server);
        _talk = await ProxiedTalk.BeginAsync(_bed);
        using var listed = JsonDocument.Parse(await DoneAsync("connections", "-o", "json"));
        _token = listed.RootElement[0].GetProperty("token").GetString()!;
    }

    /// <summary>The subflow from the second address, as the server's kernel has it.</summary>
    private Subflow? AtServer() => _server.Snapshot().Connections.Single().Subflows
        .FirstOrDefault(one => one.Tuple.RemoteAddress.MapToIPv6().Equals(IPAddress.Parse(Second).MapToIPv6()));

    /// <summary>Of each subflow, whether it is a backup.</summary>
    private async Task<IEnumerable<bool>> SubflowsAsync()
    {
        using var listed = JsonDocument.Parse(await DoneAsync("connections", "-o", "json"));
        var subflows = listed.RootElement[0].GetProperty("subflows").EnumerateArray();
        return [.. subflows.Select(one => one.GetProperty("backupByUs").GetBoolean())];
    }

    private async Task<T> NextAsync<T>()
        where T : MptcpEvent
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        return await _server.Events.ReadAllAsync(patience.Token).OfType<T>().FirstAsync(patience.Token);
    }

    private async Task<string> DoneAsync(params string[] line)
    {
        var (exit, output, error) = await RunAsync(line);
        Assert.Equal((Root.ExitDone, ""), (exit, error));
        return output;
    }

    private async Task<string> FailsAsync(params string[] line)
    {
        var (exit, output, error) = await RunAsync(line);
        Assert.Equal((Root.ExitFailed, ""), (exit, output));
        return error;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await Root.RunAsync([.. line, "--netns", _bed.Client, "--control", _bed.Control], output, error, Cancellation);
        return (exit, $"{output}", $"{error}");
    }
}
