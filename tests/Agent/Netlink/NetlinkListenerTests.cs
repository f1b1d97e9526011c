using System.Reflection;
using System.Runtime.InteropServices;
using Multipath.Agent.Inventory;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Netlink;

/// <summary>Whoever reads too slowly is told that events are missing, wherever they were lost.</summary>
public sealed partial class NetlinkListenerTests : IDisposable
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
    public async Task An_owner_that_could_not_read_everything_anew_is_asked_again_and_events_go_on_meanwhile()
    {
        var netns = Namespace();
        var asked = 0;
        using var go = new ManualResetEventSlim();
        using var listener = NetNamespace.Run(netns, () => NetlinkListener<string>.Open(
            NetlinkConstants.ProtocolRoute, RouteCodec.Groups,
            (out bool again) =>
            {
                again = ++asked < 4;
                return $"overrun {asked}";
            },
            (in NetlinkMessage _) =>
            {
                go.Wait();
                return "event";
            }, queueLength: 10_000, kernelBufferBytes: 1));
        AddAddresses(netns, 200);
        go.Set();
        List<string> seen = [];
        do
        {
            seen.AddRange(await TakeAsync(listener, 1));
        }
        while (seen[^1] != "overrun 4");

        Assert.Equal(["overrun 1", "overrun 2", "overrun 3", "overrun 4"], seen.Where(one => one != "event"));
        AddAddresses(netns, 1, from: 201);
        Assert.Equal(["event"], await TakeAsync(listener, 1));
    }

    [Fact]
    public async Task A_socket_that_fails_for_a_while_is_an_overrun_and_not_the_end()
    {
        var netns = Namespace();
        using var listener = Open(netns, () => { }, queueLength: 10_000, kernelBufferBytes: 1 << 20);
        var descriptor = DescriptorOf(listener);
        var original = Dup(descriptor);
        // A readable eventfd in its place: no socket, so that receiving fails (ENOTSOCK). It is noticed with the next message.
        var other = EventFd(1, 0);
        Assert.Equal(descriptor, Dup2(other, descriptor));
        AddAddresses(netns, 1);
        string last;
        do
        {
            last = Assert.Single(await TakeAsync(listener, 1));
        }
        while (last != "overrun");

        Assert.Equal(descriptor, Dup2(original, descriptor));
        AddAddresses(netns, 1, from: 2);
        do
        {
            last = Assert.Single(await TakeAsync(listener, 1));
        }
        while (last != "event");

        _ = Close(original);
        _ = Close(other);
    }

    [Fact]
    public async Task Disposed_it_ends_its_events()
    {
        var listener = Open(Namespace(), () => { }, queueLength: 2, kernelBufferBytes: 1 << 20);
        listener.Dispose();
        await listener.Events.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _lab?.Dispose();

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private static int DescriptorOf(NetlinkListener<string> listener) => ((NetlinkHandle)typeof(NetlinkListener<string>)
        .GetField("_handle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(listener)!).Descriptor;

    private static NetlinkListener<string> Open(string netns, Action before, int queueLength, int kernelBufferBytes) =>
        NetNamespace.Run(netns, () => NetlinkListener<string>.Open(NetlinkConstants.ProtocolRoute, RouteCodec.Groups, Overrun,
            (in NetlinkMessage _) =>
            {
                before();
                return "event";
            }, queueLength, kernelBufferBytes));

    private static string Overrun(out bool again)
    {
        again = false;
        return "overrun";
    }

    private static void AddAddresses(string netns, int count, int from = 1) => NetLab.Ip("netns", "exec", netns, "sh", "-c",
        $"for i in $(seq {from} {from + count - 1}); do echo address add 10.1.0.$i/32 dev lo; done | ip -batch -");

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
