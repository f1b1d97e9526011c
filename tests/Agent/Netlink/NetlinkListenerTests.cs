using Multipath.Agent.Inventory;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Netlink;

/// <summary>Whoever reads too slowly is told that events are missing, wherever they were lost.</summary>
public sealed class NetlinkListenerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NetLab? _lab = NetLab.WhyNot() is null ? new NetLab() : null;

    [Fact]
    public async Task A_full_queue_ends_in_an_overrun_even_if_nothing_else_happens()
    {
        var netns = Namespace();
        using var enough = new SemaphoreSlim(0);
        using var listener = Open(netns, () => enough.Release(), queueLength: 2, kernelBufferBytes: 1 << 20);
        AddAddresses(netns, 10);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await enough.WaitAsync(Patience, TestContext.Current.CancellationToken));
        }

        Assert.Equal(["event", "event", "overrun"], await TakeAsync(listener, 3));
    }

    [Fact]
    public async Task A_full_kernel_buffer_ends_in_an_overrun()
    {
        var netns = Namespace();
        using var go = new ManualResetEventSlim();
        using var listener = Open(netns, go.Wait, queueLength: 10_000, kernelBufferBytes: 1);
        AddAddresses(netns, 200);
        go.Set();
        string last;
        do
        {
            last = Assert.Single(await TakeAsync(listener, 1));
        }
        while (last != "overrun");
    }

    [Fact]
    public async Task Disposed_it_ends_its_events()
    {
        var listener = Open(Namespace(), () => { }, queueLength: 2, kernelBufferBytes: 1 << 20);
        listener.Dispose();
        await listener.Events.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _lab?.Dispose();

    private static NetlinkListener<string> Open(string netns, Action before, int queueLength, int kernelBufferBytes) =>
        NetNamespace.Run(netns, () => NetlinkListener<string>.Open(NetlinkConstants.ProtocolRoute, RouteCodec.Groups, () => "overrun",
            (in NetlinkMessage _) =>
            {
                before();
                return "event";
            }, queueLength, kernelBufferBytes));

    private static void AddAddresses(string netns, int count) => NetLab.Ip("netns", "exec", netns, "sh", "-c",
        $"for i in $(seq {count}); do echo address add 10.1.0.$i/32 dev lo; done | ip -batch -");

    private static async Task<List<string>> TakeAsync(NetlinkListener<string> listener, int count)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        var taken = new List<string>();
        while (taken.Count < count)
        {
            taken.Add(await listener.Events.ReadAsync(timeout.Token));
        }

        return taken;
    }

    private string Namespace()
    {
        Assert.SkipWhen(_lab is null, "needs root and MPTCP");
        return _lab!.Add("ev");
    }
}
