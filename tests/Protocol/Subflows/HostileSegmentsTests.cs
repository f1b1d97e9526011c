using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>Whatever comes, in whatever order, the counts stay right and nothing throws or grows without bound.</summary>
public class HostileSegmentsTests
{
    private static readonly byte[] Octets = new byte[70_000];

    [Fact]
    public void Random_segments_keep_the_invariants()
    {
        for (ulong seed = 0; seed < 150; seed++)
        {
            Run(new SeededEntropy(seed), seed);
        }
    }

    [Fact]
    public void Odd_blocks_do_not_cut_the_records_to_pieces()
    {
        var script = SubflowScript.Established();
        script.MaxPayload = 10_000;
        script.Write(10_000);
        script.TakeSent();
        for (var i = 0; i < 9_000; i += 3)
        {
            script.Receive($". 1:1(0) ack 1 sack {i + 2}:{i + 3}");
        }

        // 64 and twice the ten segments, at most.
        Assert.True(script.Subflow.GetStatistics().BytesDelivered <= 84);
        script.Receive(". 1:1(0) ack 10001");
        Assert.Equal(0, script.Subflow.InFlight);
    }

    private static void Run(SeededEntropy random, ulong seed)
    {
        var now = new Instant(1_000_000);
        var start = new SubflowStart
        {
            Options = new SubflowOptions { Pacing = random.Below(2) == 0, Timestamps = random.Below(2) == 0 },
            Congestion = random.Below(2) == 0 ? new Cubic() : new NewReno(),
            InitialSequence = new Seq32((uint)random.NextUInt64()),
            Mtu = 1_500,
            IsV4 = true,
            ReceiveWindow = 100_000,
        };
        var subflow = Subflow.Connect(start);
        Dsn64 dsn = default;
        for (var step = 0; step < 400; step++)
        {
            var space = subflow.SendSpace(now);
            if (space > 0 && random.Below(3) == 0)
            {
                var chunk = new Chunk { Dsn = dsn, Length = 1 + random.Below(space), IsMergeable = true };
                dsn += chunk.Length;
                subflow.Assign(chunk);
            }

            while (subflow.PollSegment(now, random.Below(2) == 0 ? subflow.Mss : 60_000, out var plan))
            {
                subflow.HandleSent(plan, now);
            }

            subflow.HandleSegment(Segment(random, subflow), now);
            now += Duration.FromMicros(random.Below(200_000));
            subflow.HandleTimeout(now);
            var statistics = subflow.GetStatistics();
            Assert.True(statistics.InFlight >= 0 && statistics.Lost >= 0 && statistics.Unsent >= 0, $"seed {seed} step {step}");
            Assert.True(subflow.AckedTo <= subflow.AssignedTo + 1, $"seed {seed} step {step}");
            if (subflow.State == SubflowState.Closed)
            {
                Assert.Equal(Instant.Never, subflow.Deadline);
                return;
            }
        }
    }

    private static ParsedPacket Segment(SeededEntropy random, Subflow subflow)
    {
        var packet = default(ParsedPacket);
        packet.Flags = TcpFlags.Ack;
        if (subflow.State == SubflowState.SynSent)
        {
            packet.Flags |= TcpFlags.Syn;
            packet.Ack = subflow.InitialSent + 1;
            packet.Options.SackPermitted = random.Below(4) != 0;
            packet.Options.Mss = (ushort)random.Below(2_000);
            packet.Options.WindowScale = 3;
            packet.Options.Timestamps = new TcpTimestamps(5, 0);
            packet.Window = 60_000;
            return packet;
        }

        packet.Flags |= random.Below(200) == 0 ? TcpFlags.Rst : random.Below(50) == 0 ? TcpFlags.Syn : TcpFlags.None;
        packet.Flags |= random.Below(300) == 0 ? TcpFlags.Fin : TcpFlags.None;
        packet.Seq = subflow.ReceivedTo + Near(random);
        packet.Ack = subflow.AckedTo + random.Below(Math.Max(subflow.AssignedTo - subflow.AckedTo + 2, 1));
        packet.Window = (ushort)(random.Below(5) == 0 ? random.Below(3) : random.Below(65_536));
        packet.Payload = Octets.AsSpan(0, random.Below(3) == 0 ? random.Below(60_000) : 0);
        packet.Options.Timestamps = new TcpTimestamps((uint)(5 + random.Below(20)), (uint)random.NextUInt64());
        for (var i = random.Below(5); i > 0; i--)
        {
            packet.Options.Sack.TryAdd(new SackBlock(subflow.AckedTo + Near(random), subflow.AckedTo + Near(random)));
        }

        return packet;
    }

    private static int Near(SeededEntropy random) => random.Below(3) switch
    {
        0 => 0,
        1 => random.Below(30_000),
        _ => random.Below(60_000) - 20_000,
    };
}
