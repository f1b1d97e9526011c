using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Support;

/// <summary>A subflow under a script: segments in, segments expected at exact times, on a clock that only the script moves.</summary>
internal sealed class SubflowScript
{
    public const int Mss = 1000;
    private const int Mtu = Mss + 40;
    private static readonly Seq32 Own = new(uint.MaxValue - 2_000);
    private static readonly Seq32 Peer = new(7_000);

    private readonly Queue<(Instant At, string Text)> _sent = new();
    private Dsn64 _nextDsn = new(1_000_000);

    private SubflowScript(Func<SubflowStart, Instant, SubflowScript, Subflow> make, SubflowOptions? options, ICongestionControl? congestion)
    {
        Subflow = make(
            new SubflowStart
            {
                Options = options ?? Plain,
                Congestion = congestion ?? new NewReno(),
                InitialSequence = Own,
                Mtu = Mtu,
                IsV4 = true,
                ReceiveWindow = 60_000,
            },
            Now,
            this);
        Drain();
    }

    /// <summary>Without timestamps, so that a full segment has 1000 octets; windows are not shifted.</summary>
    public static SubflowOptions Plain { get; } = new() { Timestamps = false, WindowScale = 0 };

    public static SubflowOptions WithTimestamps { get; } = new() { WindowScale = 0 };

    public Subflow Subflow { get; }

    public Instant Now { get; private set; } = new(10_000_000);

    public SegmentPlan LastPlan { get; private set; }

    public SegmentOutcome LastOutcome { get; private set; }

    /// <summary>What the caller of a poll has room for; 0 is a full segment.</summary>
    public int MaxPayload { get; set; }

    public static SubflowScript Connect(SubflowOptions? options = null, ICongestionControl? congestion = null) =>
        new((start, _, _) => Subflow.Connect(start), options, congestion);

    public static SubflowScript Accept(string syn, SubflowOptions? options = null, ICongestionControl? congestion = null) =>
        new((start, now, _) => Subflow.Accept(start, SegmentText.Parse(syn, Own, Peer), now), options, congestion);

    /// <summary>Past an active handshake with a round trip of 100 ms, at time 0 of the script.</summary>
    public static SubflowScript Established(
        SubflowOptions? options = null, ICongestionControl? congestion = null, string synAck = "S. 0:0(0) ack 1 mss 1000 sackok")
    {
        var script = Connect(options, congestion);
        script.Expect("S 0:0(0)");
        script.Wait(100);
        script.Receive(synAck);
        script.Expect(". 1:1(0) ack 1");
        script._start = script.Now;
        return script;
    }

    private Instant _start = new(10_000_000);

    /// <summary>Milliseconds since the script began, or since the handshake of <see cref="Established"/>.</summary>
    public double Millis => (Now - _start).TotalMilliseconds;

    public void Receive(string text, bool takesPayload = true)
    {
        LastOutcome = Subflow.HandleSegment(SegmentText.Parse(text, Own, Peer), Now, takesPayload);
        Drain();
    }

    /// <summary>Assigns one chunk of data.</summary>
    public void Write(int octets, bool isMergeable = false)
    {
        Assign(new Chunk { Dsn = _nextDsn, Length = octets, IsMergeable = isMergeable });
        _nextDsn += octets;
    }

    /// <summary>Assigns chunks of a full segment each.</summary>
    public void WriteSegments(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Subflow.Assign(new Chunk { Dsn = _nextDsn, Length = Mss });
            _nextDsn += Mss;
        }

        Drain();
    }

    public void Assign(in Chunk chunk)
    {
        Subflow.Assign(chunk);
        Drain();
    }

    public void Do(Action<Subflow> action)
    {
        action(Subflow);
        Drain();
    }

    /// <summary>Time passes and nothing is sent.</summary>
    public void Wait(double millis) => ExpectNothingUntil(Millis + millis);

    /// <summary>Time passes, whatever is sent.</summary>
    public void Skip(double millis)
    {
        Advance(Now + Duration.FromMicros((long)(millis * 1000)));
        _sent.Clear();
    }

    public void ExpectNothingUntil(double millis)
    {
        ExpectNothing();
        Advance(_start + Duration.FromMicros((long)(millis * 1000)));
        ExpectNothing();
    }

    public void ExpectNothing() => Assert.Equal([], _sent.Select(s => $"{(s.At - _start).TotalMilliseconds} {s.Text}"));

    /// <summary>These segments were sent just now, in this order.</summary>
    public void Expect(params string[] texts)
    {
        foreach (var text in texts)
        {
            Assert.True(_sent.Count > 0, $"Nothing was sent at {Millis} ms, expected: {text}");
            var (at, actual) = _sent.Dequeue();
            Assert.Equal(text, actual);
            Assert.Equal(Now, at);
        }
    }

    /// <summary>Nothing is sent until a time, and then this is.</summary>
    public void ExpectAt(double millis, params string[] texts)
    {
        ExpectNothing();
        Advance(_start + Duration.FromMicros((long)(millis * 1000)));
        Expect(texts);
    }

    /// <summary>What was sent just now, without a judgement.</summary>
    public string[] TakeSent()
    {
        var texts = _sent.Select(s => s.Text).ToArray();
        _sent.Clear();
        return texts;
    }

    private void Advance(Instant to)
    {
        while (Subflow.Deadline <= to)
        {
            Now = Instant.Later(Now, Subflow.Deadline);
            Subflow.HandleTimeout(Now);
            Drain();
        }

        Now = to;
    }

    private void Drain()
    {
        while (Subflow.PollSegment(Now, MaxPayload == 0 ? Subflow.Mss : MaxPayload, out var plan))
        {
            Subflow.HandleSent(plan, Now);
            LastPlan = plan;
            var peer = (plan.Header.Flags & TcpFlags.Ack) != 0 ? Subflow.InitialReceived : default;
            _sent.Enqueue((Now, SegmentText.Format(plan, Own, peer)));
            Assert.True(_sent.Count < 10_000, "The subflow never stops sending.");
        }
    }
}
