using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Interop.Tests.Support;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>A TUN with several queues, each with a stack for its share of the ports.</summary>
public sealed class QueueTests
{
    private const int Queues = 3;
    private const long Bytes = 3_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task Connections_take_turns_and_each_keeps_its_subflows_in_one_queue(bool ipv6, bool offload)
    {
        using var bed = Bed.Create(new BedOptions { Queues = Queues, Ipv6 = ipv6, Offload = offload });
        var pairs = new List<Pair>();
        for (var i = 0; i < Queues; i++)
        {
            pairs.Add(await bed.ConnectAsync(weConnect: true));
            await bed.JoinAsync(pairs[i], weConnect: true, weJoin: i > 0);
        }

        Assert.Equal(Queues, pairs.Select(pair => pair.Ours.Owner).Distinct().Count());
        Assert.Equal(
            pairs.Select(pair => (ushort)pair.Ours.Local.Port).Order(),
            bed.Plane.Snapshot().Connections.Select(connection => connection.Tuple.LocalPort).Order());
        await Task.WhenAll(pairs.Select(pair => bed.ExchangeAsync(pair, Bytes)));
        foreach (var pair in pairs)
        {
            await bed.HasSubflowsAsync(pair, 2);
        }
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_listener_has_what_comes_on_both_queues_and_joins_find_their_connection(bool ipv6, bool offload)
    {
        // That the kernel's hash leads all of them to one queue: once in eight million.
        const int connections = 24;
        using var bed = Bed.Create(new BedOptions { Queues = 2, Ipv6 = ipv6, Offload = offload });
        using var listener = await bed.Stack.ListenAsync(new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 7000));
        var pairs = new List<Pair>();
        for (var i = 0; i < connections; i++)
        {
            var accepting = listener.AcceptAsync(Cancellation);
            var server = new IPEndPoint(bed.Ours(1), 7000);
            var socket = (await NetNamespace.Run(bed.Netns, () => MptcpSocket.ConnectAsync(server, bed.Theirs(1), Cancellation))).Socket;
            var ours = await accepting.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
            pairs.Add(new Pair(ours, new NetworkStream(socket, ownsSocket: true), 7000));
        }

        Assert.Equal(bed.Stack.Shards, pairs.Select(pair => pair.Ours.Owner).Distinct().OrderBy(bed.Stack.Shards.ToList().IndexOf));
        await Task.WhenAll(pairs.Select(pair => bed.ExchangeAsync(pair, 10_000)));
        foreach (var pair in pairs)
        {
            await bed.JoinAsync(pair, weConnect: false, weJoin: false);
        }

        await Task.WhenAll(pairs.Select(pair => bed.ExchangeAsync(pair, Bytes / connections)));
        Assert.All(pairs, pair => Assert.True(pair.Kernel.IsMptcp));
        pairs.ForEach(pair => pair.Theirs.Dispose());
    }

    [Fact]
    public async Task An_end_is_listened_on_once_and_again_when_the_listener_is_gone()
    {
        using var bed = Bed.Create(new BedOptions { Queues = 2 });
        var local = new IPEndPoint(IPAddress.Any, 7000);
        var listener = await bed.Stack.ListenAsync(local);
        await Assert.ThrowsAsync<IOException>(() => bed.Stack.ListenAsync(local));
        var accepting = listener.AcceptAsync(Cancellation);
        listener.Dispose();
        await Assert.ThrowsAsync<IOException>(() => accepting);
        await Assert.ThrowsAsync<IOException>(() => listener.AcceptAsync(Cancellation));
        using var next = await bed.Stack.ListenAsync(local);
    }

    [Fact]
    public async Task Nobody_who_was_cancelled_is_kept_or_gets_a_connection()
    {
        using var bed = Bed.Create(new BedOptions { Queues = 2 });
        using var listener = await bed.Stack.ListenAsync(new IPEndPoint(IPAddress.Any, 7000));
        using var cancelled = new CancellationTokenSource();
        var first = listener.AcceptAsync(cancelled.Token);
        var second = listener.AcceptAsync(Cancellation);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var server = new IPEndPoint(bed.Ours(1), 7000);
        using var socket = (await NetNamespace.Run(bed.Netns, () => MptcpSocket.ConnectAsync(server, bed.Theirs(1), Cancellation))).Socket;
        await second.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public async Task Who_breaks_a_stack_by_a_question_hears_of_it()
    {
        using var bed = Bed.Create();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bed.Stack.AskAsync<int>((_, _) => throw new InvalidOperationException()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bed.Stack.Ended);
    }

    [Fact]
    public async Task Queues_that_were_opened_before_one_that_cannot_be_are_stopped()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var opened = new List<Stopped>();
        var options = new StackOptions { Entropy = new CryptographicEntropy() };
        Assert.Throws<IOException>(() => TunStack.Open(new TunOptions("tun0") { Netns = lab.Add("q"), Queues = 2 }, options, inner =>
        {
            opened.Add(opened.Count == 0 ? new Stopped() : throw new IOException());
            return opened[0];
        }));
        await Assert.Single(opened).Told.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public void The_kernels_rules_for_paths_need_one_queue()
    {
        using var bed = Bed.Create(new BedOptions { Queues = 2 });
        Assert.Throws<InvalidOperationException>(() => bed.Stack.KernelPaths);
    }

    /// <summary>Does nothing, and says when it is stopped.</summary>
    private sealed class Stopped : IPacketHandler
    {
        internal TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
        {
        }

        public Instant PollTimeout() => Instant.Never;

        public void HandleTimeout(Instant now)
        {
        }

        public void HandleRound(Instant now)
        {
        }

        public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
        {
            info = default;
            return 0;
        }

        public void HandleStop(Exception? failure) => Told.SetResult();
    }
}
