using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>A subflow that stood by takes over from one that died while a stream was under way.</summary>
public sealed class TakeoverTests
{
    private const int Mss = 1424;
    private const int First = 10 * Mss;

    [Theory]
    [InlineData("ecf")]
    [InlineData("minRtt")]
    [InlineData("linuxDefault")]
    public void What_the_dead_one_carried_goes_before_all_that_is_new_also_when_it_takes_several_rounds(string scheduler)
    {
        var run = new Run(scheduler);

        // Forty segments are under way: more than the window that takes over.
        run.Die(outstanding: 4 * First, waiting: 2 * First);

        Assert.Equal(run.Carried.Order(), run.Carried);
        Assert.Equal(6 * First, run.Carried.Count * Mss);
    }

    [Theory]
    [InlineData(3 * Mss, 13 * Mss)]
    [InlineData(First, 2 * First)]
    [InlineData(4 * First, 2 * First)]
    public void The_first_round_has_room_for_what_the_dead_one_carried_beside_the_usual_window(int outstanding, int expected)
    {
        var run = new Run("ecf");
        run.Die(outstanding, waiting: 4 * First);
        Assert.Equal(expected, run.FirstRound * Mss);
    }

    [Theory]
    [InlineData("reno")]
    [InlineData("cubic")]
    [InlineData("lia")]
    [InlineData("olia")]
    public void A_window_that_has_grown_or_shrunk_since_its_beginning_stays_as_it_is(string name)
    {
        Assert.True(CongestionControls.TryCreate(name, new CoupledGroup(), out var control));
        control.HandleSegmentSize(Mss, new Instant(1));
        control.HandleTakeover(First);
        Assert.Equal(2 * First, control.Window);
        control.HandleTakeover(First);
        Assert.Equal(2 * First, control.Window);
        control.HandleTimeout(new LossSample
        {
            Now = new Instant(2),
            InFlight = 2 * First,
            Mss = Mss,
            SmoothedRtt = Duration.FromMillis(50),
            IsFirstTimeout = true,
        });
        control.HandleTakeover(First);
        Assert.Equal(Mss, control.Window);
    }

    /// <summary>A client whose first path has 20 ms and whose second, a backup, has 50 ms.</summary>
    private sealed class Run
    {
        private readonly StackPair _pair;
        private readonly byte[] _data = TransferTests.Data(280 * Mss);

        internal Run(string scheduler)
        {
            _pair = new StackPair { DelayOf = tuple => Duration.FromMillis(IsSecond(tuple) ? 25 : 10) };
            _pair.Connect(new ConnectionOptions { Scheduler = scheduler, Congestion = "reno" }).Join(backup: true);
            Assert.Equal(_data, _pair.Transfer(fromClient: true, _data));

            // The last acknowledgments come home, without a delayed one among them that would have the last bytes sent on the backup too;
            // and the first path's window stays grown: it falls only after a timeout without data.
            _pair.RunFor(Duration.FromMillis(60));
        }

        /// <summary>The data sequence number of each segment of the second path, as they left.</summary>
        internal List<ulong> Carried { get; } = [];

        /// <summary>How many of them left before anything could be heard of the first.</summary>
        internal int FirstRound { get; private set; }

        /// <summary>The first path dies, acknowledgments included, and is destroyed a moment later.</summary>
        internal void Die(int outstanding, int waiting)
        {
            var isDead = false;
            Instant? began = null;
            _pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            {
                if (isDead && !IsSecond(packet.Tuple))
                {
                    return false;
                }

                if (fromClient && packet.Payload.Length > 0 && IsSecond(packet.Tuple))
                {
                    began ??= _pair.Now;
                    FirstRound += _pair.Now == began ? 1 : 0;
                    var dss = packet.Options.Mptcp.Dss;
                    Carried.Add(dss.RawDsn + (packet.Seq.Value - FirstSeq(packet) - dss.SubflowSeq));
                }

                return true;
            };
            var first = StackPair.Subflows(_pair.Client, _pair.ClientSide).Single(one => one.LocalId == 0).Tuple;
            isDead = true;
            Assert.Equal(outstanding, _pair.Client.Write(_pair.ClientSide, _data.AsSpan(0, outstanding), _pair.Now));
            _pair.RunFor(Duration.FromMillis(1));
            Assert.Equal(PmResult.Ok, _pair.Client.Paths.DestroySubflow(_pair.ClientToken, first, _pair.Now));
            Assert.Equal(waiting, _pair.Client.Write(_pair.ClientSide, _data.AsSpan(0, waiting), _pair.Now));
            var all = outstanding + waiting;
            Assert.True(_pair.RunUntil(
                () => StackPair.Info(_pair.Server, _pair.ServerSide).Unread >= all, Duration.FromSeconds(1)));
        }

        private static bool IsSecond(in FourTuple tuple) =>
            tuple.Local.Address == StackPair.ClientB || tuple.Remote.Address == StackPair.ClientB;

        private uint _initial;

        // A mapping counts from the SYN; the first segment of a subflow that carried nothing has the relative number 1.
        private uint FirstSeq(in ParsedPacket packet)
        {
            _initial = Carried.Count == 0 ? packet.Seq.Value - packet.Options.Mptcp.Dss.SubflowSeq : _initial;
            return _initial;
        }
    }
}
