using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Interop.Tests.Support;
using Multipath.Protocol;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>The end of a connection, orderly and not (RFC 8684 sections 3.3.3 and 3.5).</summary>
public sealed class CloseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task We_finish_first_and_still_hear_the_rest(bool weConnect, bool twoSubflows)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAsync(bed, weConnect, twoSubflows);
        pair.Ours.CompleteWrites();
        Assert.Equal(0, await pair.Theirs.ReadAsync(new byte[1], Cancellation));
        var sent = Content.SendAsync(pair.Theirs, 1_000_000, 3, Cancellation);
        var received = Content.ReceiveAsync(pair.Ours, long.MaxValue, Cancellation);
        _ = await sent;
        pair.Theirs.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal((1_000_000, await sent), await received);
        Assert.Equal(EndReason.Finished, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
    }

    [Theory]
    [CombinatorialBools]
    public async Task The_kernel_finishes_first_and_still_hears_the_rest(bool weConnect, bool twoSubflows)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAsync(bed, weConnect, twoSubflows);
        pair.Theirs.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await pair.Ours.ReadAsync(new byte[1], Cancellation));
        var sent = Content.SendAsync(pair.Ours, 1_000_000, 4, Cancellation);
        var received = Content.ReceiveAsync(pair.Theirs, long.MaxValue, Cancellation);
        _ = await sent;
        pair.Ours.CompleteWrites();
        Assert.Equal((1_000_000, await sent), await received);
        Assert.Equal(EndReason.Finished, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
    }

    [Theory]
    [CombinatorialBools]
    public async Task Both_finish_at_once(bool weConnect, bool twoSubflows)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAsync(bed, weConnect, twoSubflows);
        pair.Ours.CompleteWrites();
        pair.Theirs.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await pair.Ours.ReadAsync(new byte[1], Cancellation));
        Assert.Equal(0, await pair.Theirs.ReadAsync(new byte[1], Cancellation));
        Assert.Equal(EndReason.Finished, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
        pair.Theirs.Dispose();
        await Eventually.HoldsAsync("the kernel has forgotten it", () => bed.KernelCounter("MPCurrEstab") == 0);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Our_abort_resets_the_kernels_end(bool weConnect, bool twoSubflows)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAsync(bed, weConnect, twoSubflows);
        var reading = pair.Theirs.ReadAsync(new byte[1], Cancellation).AsTask();
        pair.Ours.Abort();
        var failure = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Patience, Cancellation));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode);
        Assert.Equal(EndReason.Aborted, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
        Assert.True(bed.KernelCounter("MPFastcloseRx") > 0);
    }

    [Theory]
    [CombinatorialBools]
    public async Task The_kernels_abort_resets_our_end(bool weConnect, bool twoSubflows)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAsync(bed, weConnect, twoSubflows);
        var reading = pair.Ours.ReadAsync(new byte[1], Cancellation).AsTask();

        // Closing with bytes unread is what makes the kernel send MP_FASTCLOSE; disposing the socket would say the end first.
        await pair.Ours.WriteAsync(new byte[100], Cancellation);
        await Eventually.HoldsAsync("the kernel has the bytes", async () => await bed.InfoAsync(pair) is { InFlight: 0, Unsent: 0 });
        pair.Theirs.Socket.SafeHandle.Dispose();
        var ended = await Assert.ThrowsAsync<ConnectionEndedException>(() => reading.WaitAsync(Patience, Cancellation));
        Assert.Equal(EndReason.Reset, ended.Reason);
        Assert.True(bed.KernelCounter("MPFastcloseTx") > 0);
        Assert.Equal(EndReason.Reset, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
    }

    [Theory]
    [CombinatorialBools]
    public async Task Plain_tcp_ends_in_either_order(bool weConnect, bool weFinishFirst)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect, plainPeer: true);
        Action ours = pair.Ours.CompleteWrites;
        void Theirs() => pair.Theirs.Socket.Shutdown(SocketShutdown.Send);
        (weFinishFirst ? ours : Theirs)();
        Assert.Equal(0, await (weFinishFirst ? pair.Theirs : (Stream)pair.Ours).ReadAsync(new byte[1], Cancellation));
        (weFinishFirst ? Theirs : ours)();
        Assert.Equal(0, await (weFinishFirst ? (Stream)pair.Ours : pair.Theirs).ReadAsync(new byte[1], Cancellation));
        Assert.Equal(EndReason.Finished, await pair.Ours.Ended.WaitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_refuses()
    {
        using var bed = Bed.Create();
        var server = new System.Net.IPEndPoint(bed.Theirs(1), 9);
        var refused = await Assert.ThrowsAsync<ConnectionEndedException>(() => bed.Stack.ConnectAsync(server, cancellation: Cancellation));
        Assert.Equal(EndReason.Refused, refused.Reason);
    }

    [Fact]
    public async Task A_read_is_given_up_and_the_next_one_gets_the_data()
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = pair.Ours.ReadAsync(new byte[4], given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience, Cancellation));
        await bed.ExchangeAsync(pair, 1000);
    }

    [Fact]
    public async Task A_write_after_the_end_was_said_fails_and_a_read_that_waits_when_the_stream_is_disposed_of()
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true, new ConnectionOptions { SendBufferLimit = 64 << 10 });
        var writing = pair.Ours.WriteAsync(new byte[64 << 20], Cancellation).AsTask();
        pair.Ours.CompleteWrites();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Patience, Cancellation));
        writing = pair.Ours.WriteAsync(new byte[1], Cancellation).AsTask();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Patience, Cancellation));
        var reading = pair.Ours.ReadAsync(new byte[1], Cancellation).AsTask();
        await pair.Ours.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task A_writer_waits_while_nobody_reads_and_can_give_up()
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true, new ConnectionOptions { SendBufferLimit = 64 << 10 });
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = pair.Ours.WriteAsync(new byte[64 << 20], given.Token).AsTask();
        await Eventually.HoldsAsync("the window is shut", async () => await bed.InfoAsync(pair) is { InFlight: 0, Unsent: > 0 });
        Assert.False(writing.IsCompleted);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Patience, Cancellation));
    }

    private static async Task<Pair> ConnectAsync(Bed bed, bool weConnect, bool twoSubflows)
    {
        var pair = await bed.ConnectAsync(weConnect);
        if (twoSubflows)
        {
            await bed.JoinAsync(pair, weConnect, weJoin: weConnect);
        }

        return pair;
    }
}
