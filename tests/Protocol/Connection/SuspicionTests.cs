using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>A subflow whose peer owes an ACK is suspected half a round trip after it was due, not first when a timer says so.</summary>
public sealed class SuspicionTests
{
    private const int Mss = 1424;
    private const int WriteBytes = 4 * Mss;
    private static readonly Duration _every = Duration.FromMillis(4);

    /// <remarks>
    /// What left 12 ms before the cut is acknowledged, what left 8 ms before is not: its ACK, due after 20 ms, may take 10 ms more.
    /// </remarks>
    [Theory]
    [InlineData("ecf", true, 22)]
    [InlineData("ecf", false, 22)]
    [InlineData("cheapestFirst", false, 22)]
    [InlineData("backup", true, 22)]
    public void All_that_waits_for_its_acknowledgment_is_copied_to_another_path_oldest_first(string scheduler, bool backup, int afterMs)
    {
        var stream = new Stream(scheduler, backup);
        var (cut, written) = (stream.Now, stream.Written);
        stream.Cut();
        stream.Write(100);
        stream.Rest();
        Assert.Equal(Duration.FromMillis(afterMs), stream.Copies[0].At - cut);
        Assert.All(stream.Copies.Zip(stream.Copies.Skip(1)), two => Assert.Equal(two.First.Dsn + Mss, two.Second.Dsn));
        Assert.Equal(stream.Written - (written - (2 * WriteBytes)), stream.Copies.Count * Mss);
        Assert.Equal(stream.Written, stream.Read);
    }

    [Fact]
    public void A_late_acknowledgment_ends_it_and_what_is_not_copied_by_then_never_is()
    {
        var stream = new Stream("ecf", backup: true);
        stream.Late = Duration.FromMillis(14);
        stream.Write(100);
        stream.Rest();

        // A first window and one for the takeover, of the 32 segments that were outstanding, and nothing after the ACK.
        Assert.Equal(20, stream.Copies.Count);
        Assert.Equal(stream.Written, stream.Read);
    }

    /// <remarks>The window of the second path has been used by now: no takeover enlarges it.</remarks>
    [Theory]
    [InlineData(14, 500, 0)]
    [InlineData(18, 500, 0)] // 5 ms later than the last time
    [InlineData(20, 500, 10)]
    [InlineData(14, 2500, 10)] // after 10 s it is forgotten
    public void After_a_false_suspicion_an_acknowledgment_may_take_as_long_again(int lateMs, int writesBetween, int copies)
    {
        var stream = new Stream("ecf", backup: true) { Late = Duration.FromMillis(14) };
        stream.Write(100);
        stream.Late = Duration.Zero;
        stream.Write(writesBetween);
        stream.Copies.Clear();

        stream.Late = Duration.FromMillis(lateMs);
        stream.Write(100);
        Assert.Equal(copies, stream.Copies.Count);
    }

    [Fact]
    public void Who_answers_after_a_timeout_was_away_and_is_suspected_as_soon_the_next_time()
    {
        var (usual, timeout, suspicion) = (Duration.FromMillis(30), Duration.FromMillis(200), new Suspicion());
        suspicion.Begin(new Instant(1_000_000));
        Assert.False(suspicion.End(new Instant(1_200_001), timeout));
        Assert.Equal(usual, suspicion.Patience(usual, new Instant(1_200_001)));

        suspicion.Begin(new Instant(1_000_000));
        Assert.True(suspicion.End(new Instant(1_200_000), timeout));
        Assert.False(suspicion.End(new Instant(1_200_000), timeout));
        Assert.Equal(Duration.FromMillis(205), suspicion.Patience(usual, new Instant(1_200_000)));
    }

    /// <remarks>As in Linux, which sends again when a timer of a subflow expires: 200 ms after the last ACK, 8 ms after the cut.</remarks>
    [Fact]
    public void The_scheduler_of_Linux_suspects_nobody()
    {
        var stream = new Stream("linuxDefault", backup: true);
        var cut = stream.Now;
        stream.Cut();
        stream.Write(100);
        Assert.Equal(Duration.FromMillis(208), stream.Copies[0].At - cut);
    }

    /// <summary>Four full segments each 4 ms over 20 ms of round trip, beside a path of 50 ms that has carried nothing.</summary>
    private sealed class Stream
    {
        private readonly StackPair _pair;
        private readonly byte[] _bytes = new byte[WriteBytes];
        private readonly byte[] _room = new byte[1 << 20];
        private bool _isCut;
        private bool _toServer;
        private uint? _initial;

        internal Stream(string scheduler, bool backup)
        {
            _pair = new StackPair();
            _pair.DelayOf = tuple =>
                IsSecond(tuple) ? Duration.FromMillis(25) : Duration.FromMillis(10) + (_toServer ? Duration.Zero : Late);
            _pair.Passes = Pass;
            _pair.Connect(new ConnectionOptions { Scheduler = scheduler, Congestion = "reno" }).Join(backup);

            // Until the first path's window is large enough for all; an active second one carries a part so long.
            Write(100);
            _pair.RunFor(_every);
            Copies.Clear();
            Write(100);
            Assert.Empty(Copies);
        }

        internal Duration Late { get; set; }

        /// <summary>What left on the second path: when, and the data sequence number of each segment.</summary>
        internal List<(Instant At, ulong Dsn)> Copies { get; } = [];

        internal Instant Now => _pair.Now;

        internal long Written { get; private set; }

        internal long Read { get; private set; }

        internal void Cut() => _isCut = true;

        internal void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(WriteBytes, _pair.Client.Write(_pair.ClientSide, _bytes, _pair.Now));
                Written += WriteBytes;
                _pair.RunFor(_every);
                Take();
            }
        }

        /// <summary>All that is to arrive does.</summary>
        internal void Rest()
        {
            _pair.RunFor(Duration.FromMillis(300));
            Take();
        }

        private void Take() => Read += Math.Max(0, _pair.Server.Read(_pair.ServerSide, _room, _pair.Now));

        private bool Pass(bool fromClient, in ParsedPacket packet)
        {
            _toServer = fromClient;
            if (!IsSecond(packet.Tuple))
            {
                return !_isCut;
            }

            if (fromClient && packet.Payload.Length > 0)
            {
                // A mapping counts from the SYN; the first segment of a subflow that carried nothing has the relative number 1.
                var dss = packet.Options.Mptcp.Dss;
                _initial ??= packet.Seq.Value - dss.SubflowSeq;
                Copies.Add((_pair.Now, dss.RawDsn + (packet.Seq.Value - _initial.Value - dss.SubflowSeq)));
            }

            return true;
        }

        private static bool IsSecond(in FourTuple tuple) =>
            tuple.Local.Address == StackPair.ClientB || tuple.Remote.Address == StackPair.ClientB;
    }
}
