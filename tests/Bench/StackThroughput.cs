using System.Globalization;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Bench;

/// <summary>
/// The userspace stack alone: two stacks in one thread, a stream from one to the other through memory. Rates are per second of processor
/// time, for both ends together; the stream is copied in at the writer and out at the reader, unless it is written and read in place; at
/// MTU 1500 checksums are computed and verified. Of the bytes allocated the most of any run is told, of the rest the median. The peer is
/// <see cref="KernelLoopback"/>, in the same run.
/// </summary>
internal static class StackThroughput
{
    private const int Runs = 5;
    private const long Bytes = 400L << 20;
    private const double BarSmall = 5;
    private const double BarLarge = 20;

    private static readonly IpAddr _near = IpAddr.Parse("10.0.0.1");
    private static readonly Endpoint _far = new(IpAddr.Parse("10.0.0.2"), 80);

    private static readonly Case[] Cases =
    [
        new("MPTCP, MTU 1500", BarSmall, Multipath: true),
        new("MPTCP, MTU 1500, two subflows", BarSmall, Multipath: true, Subflows: 2),
        new("TCP, MTU 1500", BarSmall, Multipath: false),
        new("MPTCP, 64 KB segments", BarLarge, Multipath: true, Offload: true),
        new("TCP, 64 KB segments", BarLarge, Multipath: false, Offload: true),
        new("MPTCP, 64 KB, in place", BarLarge, Multipath: true, Offload: true, InPlace: true),
    ];

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        KernelLoopback.Run(Bytes);
        var kernel = Enumerable.Range(0, Runs).Select(_ => KernelLoopback.Run(4 * Bytes)).Order().ElementAt(Runs / 2);
        await output.WriteLineAsync("case                              Gbit/s   ns/packet  bytes/packet  ratio to the bar  to the kernel");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{"kernel's TCP over loopback",-32} {kernel,7:0.0}"));
        foreach (var one in Cases)
        {
            await output.WriteLineAsync(Line(one, Measure(one), kernel));
        }
    }

    private static string Line(Case one, Result median, double kernel) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Name,-32} {median.Rate,7:0.0} {median.NanosPerPacket,11:0} {median.Allocated,13:0.00} "
        + $"{median.Rate / one.Bar,17:0.00} {median.Rate / kernel,14:0.00}");

    private static Result Measure(Case one)
    {
        var link = new Link(one);
        var bytes = one.Offload ? 4 * Bytes : Bytes;
        // One whole run first, in which windows, and with them queues, grow to their size.
        link.Run(bytes);
        var results = new List<Result>();
        for (var i = 0; i < Runs; i++)
        {
            results.Add(link.Run(bytes));
        }

        return results.OrderBy(result => result.Rate).ElementAt(Runs / 2) with { Allocated = results.Max(result => result.Allocated) };
    }

    /// <param name="Name">For the table.</param>
    /// <param name="Bar">Gbit/s that are to be reached.</param>
    /// <param name="Multipath">MPTCP; else plain TCP.</param>
    /// <param name="Offload">Segments of 64 KB without checksums, as a TUN with offload gives and takes them.</param>
    /// <param name="Subflows">Of the connection.</param>
    /// <param name="InPlace">Written and read in the stack's buffers.</param>
    private sealed record Case(string Name, double Bar, bool Multipath, bool Offload = false, int Subflows = 1, bool InPlace = false);

    private readonly record struct Result(double Rate, double NanosPerPacket, double Allocated);

    /// <summary>Two stacks with an established connection.</summary>
    private sealed class Link
    {
        private readonly byte[] _packet = new byte[1 << 17];
        private readonly byte[] _source = new byte[1 << 17];
        private readonly byte[] _sink = new byte[1 << 17];
        private readonly Stack _a;
        private readonly Stack _b;
        private readonly ConnectionId _from;
        private readonly ConnectionId _to;
        private Instant _now = new(1);
        private long _packets;

        private readonly bool _inPlace;

        public Link(Case one)
        {
            _inPlace = one.InPlace;
            var options = new ConnectionOptions { Multipath = one.Multipath, Congestion = "reno", Scheduler = "minRtt" };
            _a = new Stack(new StackOptions { Entropy = new SeededEntropy(1), SegmentationOffload = one.Offload });
            _b = new Stack(new StackOptions { Entropy = new SeededEntropy(2), SegmentationOffload = one.Offload });
            var listener = _b.Listen(_far, options);
            _from = _a.Connect(new Endpoint(_near, 0), _far, options, _now);
            while (!_b.TryAccept(listener, out _to))
            {
                Exchange();
            }

            Exchange();
            for (byte i = 1; i < one.Subflows; i++)
            {
                _a.TryGetInfo(_from, out var info);
                _a.Paths.CreateSubflow(info.Token, new Endpoint(IpAddr.Parse($"10.0.{i}.1"), 0), i, _far, backup: false);
                Exchange();
            }
        }

        /// <summary>Moves so many bytes.</summary>
        public Result Run(long bytes)
        {
            _packets = 0;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Environment.CpuUsage.TotalTime;
            long written = 0;
            long read = 0;
            while (read < bytes)
            {
                for (var taken = 1; taken > 0 && written < bytes; written += taken)
                {
                    taken = Write((int)Math.Min(_source.Length, bytes - written));
                }

                Exchange();
                for (int count; (count = Read()) > 0;)
                {
                    read += count;
                }
            }

            var seconds = (Environment.CpuUsage.TotalTime - started).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            return new Result(bytes * 8 / seconds / 1e9, seconds * 1e9 / _packets, (double)allocated / _packets);
        }

        // In place the writer's bytes are in the stack's buffer already, and the reader looks at them there.
        private int Write(int length)
        {
            if (!_inPlace)
            {
                return _a.Write(_from, _source.AsSpan(0, length), _now);
            }

            var room = _a.WriteSpan(_from, length);
            _a.Commit(_from, room.Length, _now);
            return room.Length;
        }

        private int Read()
        {
            if (!_inPlace)
            {
                return _b.Read(_to, _sink, _now);
            }

            var count = _b.ReadSpan(_to).Length;
            _b.Consume(_to, count, _now);
            return count;
        }

        // One way, then the other: a round trip of 100 microseconds, 64 packets at a time, as a device's queue gives them.
        private void Exchange()
        {
            _now += Protocol.Primitives.Duration.FromMicros(50);
            Move(_a, _b);
            _now += Protocol.Primitives.Duration.FromMicros(50);
            Move(_b, _a);
            if (_a.PollTimeout() <= _now)
            {
                _a.HandleTimeout(_now);
            }

            if (_b.PollTimeout() <= _now)
            {
                _b.HandleTimeout(_now);
            }

            while (_a.PollEvent(out _) || _b.PollEvent(out _))
            {
            }
        }

        private void Move(Stack sender, Stack receiver)
        {
            int length;
            while ((length = sender.PollTransmit(_packet, out var info, _now)) > 0)
            {
                _packets++;
                receiver.HandlePacket(_packet.AsSpan(0, length), info, _now);
            }
        }
    }
}
