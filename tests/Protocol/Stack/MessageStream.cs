using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Messages of 4 KB at an interval between two stacks over paths of 20, 50 and 80 ms round trip, and when each arrived.</summary>
internal sealed class MessageStream
{
    internal const int MessageBytes = 4096;
    internal static readonly int[] RttMs = [20, 50, 80];

    private readonly StackPair _pair;
    private readonly SeededEntropy _random;
    private readonly List<Instant> _arrivals = [];
    private readonly byte[] _buffer = new byte[65_536];
    private Instant _begin;
    private long _received;

    internal MessageStream(string scheduler, ulong seed)
    {
        _random = new SeededEntropy(seed);
        _pair = new StackPair(
            new StackOptions { Entropy = new SeededEntropy(seed + 100) }, new StackOptions { Entropy = new SeededEntropy(seed + 200) })
        {
            DelayOf = tuple => Duration.FromMillis(RttMs[PathOf(tuple)]) / 2,
        };
        _pair.Connect(new ConnectionOptions { Scheduler = scheduler });
        for (byte path = 1; path < RttMs.Length; path++)
        {
            var local = new Endpoint(IpAddr.Parse($"10.0.{path}.1"), 0);
            var remote = new Endpoint(IpAddr.Parse($"10.0.{path}.2"), 80);
            Assert.Equal(PmResult.Ok, _pair.Client.Paths.CreateSubflow(_pair.ClientToken, local, path, remote, backup: false));
        }

        _pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(RttMs.Length, StackPair.Subflows(_pair.Client, _pair.ClientSide).Count(s => s.Established));
    }

    /// <summary>Percent of the packets that each path loses, each way.</summary>
    internal int LossPercent { get; init; }

    /// <summary>Time after the first message at which the fastest path goes silent.</summary>
    internal Duration SilentAfter { get; init; } = Duration.Max;

    internal Duration Interval { get; init; } = Duration.FromMillis(20);

    /// <summary>From the writing of each message to its arrival in order.</summary>
    internal IEnumerable<long> DelaysMicros => _arrivals.Select((at, i) => (at - (_begin + (Interval * i))).Micros);

    /// <summary>The longest time without an arrival.</summary>
    internal Duration LongestGap => new(_arrivals.Zip(_arrivals.Skip(1), (a, b) => (b - a).Micros).Max());

    internal MessageStream Run(int messages)
    {
        _begin = _pair.Now;
        _pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            !(PathOf(packet.Tuple) == 0 && _pair.Now >= _begin + SilentAfter) && _random.Below(100) >= LossPercent;
        var written = 0;
        byte[] message = new byte[MessageBytes];
        bool Step()
        {
            for (; written < messages && _begin + (Interval * written) <= _pair.Now; written++)
            {
                Assert.Equal(MessageBytes, _pair.Client.Write(_pair.ClientSide, message, _pair.Now));
            }

            Read();
            return _arrivals.Count == messages;
        }

        while (!Step())
        {
            // Messages fall due between the events of the stacks.
            var due = _begin + (Interval * written);
            _pair.RunUntil(Step, Duration.Longer(due - _pair.Now, Duration.FromMillis(1)));
        }

        return this;
    }

    private static int PathOf(in FourTuple tuple) => tuple.Local.Address.ToIPAddress().GetAddressBytes()[2];

    private void Read()
    {
        for (int read; (read = _pair.Server.Read(_pair.ServerSide, _buffer, _pair.Now)) > 0;)
        {
            _received += read;
        }

        while (_arrivals.Count < _received / MessageBytes)
        {
            _arrivals.Add(_pair.Now);
        }
    }
}
