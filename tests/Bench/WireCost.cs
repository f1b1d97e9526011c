using System.Diagnostics;
using System.Runtime.CompilerServices;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Bench;

/// <summary>
/// What a packet of 1,500 bytes with timestamps and a full DSS costs to write and to parse, checksums included, and how fast bytes
/// are summed, beside a loop over 16-bit words.
/// </summary>
internal static class WireCost
{
    private const int PacketLength = 1500;
    private const int Runs = 201;
    private const int CallsPerRun = 1000;
    private static readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(300);

    private static readonly FourTuple _tuple = new(Endpoint.Parse("10.0.0.1:1000"), Endpoint.Parse("10.0.0.2:80"));
    private static readonly byte[] _packet = new byte[PacketLength];
    private static readonly byte[] _copy = new byte[1 << 16];
    private static readonly byte[] _payload = new byte[1 << 16];
    private static readonly SegmentHeader _header = Header();

    /// <summary>Takes every result, so that none is computed in vain.</summary>
    internal static long Sink { get; private set; }

    /// <summary>Prints medians.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        new SeededEntropy(1).Fill(_payload);
        var payloadLength = PacketLength - PacketWriter.HeaderLength(isV4: true) - _header.Options.Length;
        var payload = _payload.AsMemory(0, payloadLength);
        var plain = Nanos(() => Sink += PlainSum(payload.Span));
        await output.WriteLineAsync($"payload of {payloadLength} bytes, options of {_header.Options.Length}, median of {Runs} runs");
        await Row("write, full checksum", Nanos(() => Sink += Write(payload.Span, ChecksumMode.Full)), 0);
        await Row("write, checksum left to the device", Nanos(() => Sink += Write(payload.Span, ChecksumMode.Partial)), 0);
        await Row("build the header and write", Nanos(() => Sink += BuildAndWrite(payload.Span)), 0);
        Write(payload.Span, ChecksumMode.Full);
        await Row("parse, checksum verified", Nanos(() => Sink += Parse(trusted: false)), 0);
        await Row("parse, checksum trusted", Nanos(() => Sink += Parse(trusted: true)), 0);
        await Row("sum", Nanos(() => Sink += Checksum.Sum(payload.Span)), payloadLength);
        await Row("copy and sum", Nanos(() => Sink += Checksum.CopyAndSum(payload.Span, _copy)), payloadLength);
        await Row("sum of 64 KB", Nanos(() => Sink += Checksum.Sum(_payload)), _payload.Length);
        await Row("copy and sum of 64 KB", Nanos(() => Sink += Checksum.CopyAndSum(_payload, _copy)), _payload.Length);
        await Row("plain loop", plain, payloadLength);

        Task Row(string what, double nanos, int bytes)
        {
            var rate = bytes == 0 ? "" : $"{bytes / nanos,10:F1} GB/s{plain / payloadLength / (nanos / bytes),8:F1} x plain";
            return output.WriteLineAsync($"{what,-36}{nanos,10:F1} ns{rate}");
        }
    }

    private static SegmentHeader Header()
    {
        var header = new SegmentHeader { Seq = new Seq32(1), Ack = new Seq32(2), Flags = TcpFlags.Ack, Window = 1000 };
        header.Options.Timestamps = new TcpTimestamps(3, 4);
        header.Options.Mptcp.Set(Dss.Ack(new Dsn64(5)).WithMap(new Dsn64(6), 7, 1424));
        return header;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Write(ReadOnlySpan<byte> payload, ChecksumMode mode) =>
        PacketWriter.Write(_packet, _tuple, _header, payload, default, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int BuildAndWrite(ReadOnlySpan<byte> payload)
    {
        var header = Header();
        return PacketWriter.Write(_packet, _tuple, header, payload);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Parse(bool trusted)
    {
        PacketParser.Parse(_packet, trusted, out var parsed);
        return parsed.Seq.Value + parsed.Options.Mptcp.Dss.DataLength;
    }

    private static ushort PlainSum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            sum += ((uint)bytes[i] << 8) | bytes[i + 1];
        }

        sum = (sum >> 16) + (sum & 0xFFFF);
        return (ushort)((sum >> 16) + sum);
    }

    /// <summary>The median of runs that are shorter than a time slice, so that what else runs disturbs few of them.</summary>
    private static double Nanos(Action once)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _warmUp)
        {
            once();
        }

        var times = new double[Runs];
        for (var run = 0; run < times.Length; run++)
        {
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRun; i++)
            {
                once();
            }

            times[run] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / CallsPerRun;
        }

        return times.Order().ElementAt(Runs / 2);
    }
}
