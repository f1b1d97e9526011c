using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Trace;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Keeps what passes between a pump and whatever it drives: in a pcap file, as lines, or both. With offload these are the segments that the
/// device cuts up, with their checksums left to it.
/// </summary>
internal sealed class PacketRecorder : IPacketHandler
{
    private const int LargestPacket = 65_536;

    private readonly IPacketHandler _inner;
    private readonly Duration _sinceEpoch;
    private readonly long _limit;
    private readonly byte[] _record = new byte[PcapWriter.RecordHeaderLength + LargestPacket];
    private FileStream? _file;
    private TextWriter? _lines;
    private long _written;
    private long _printed;

    /// <param name="inner">What the packets are for, and from.</param>
    /// <param name="recording">What to keep of them.</param>
    /// <param name="sinceEpoch">From 1 January 1970 to the origin of the pump's clock.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    internal PacketRecorder(IPacketHandler inner, TunRecording recording, Duration sinceEpoch)
    {
        (_inner, _sinceEpoch, _limit, _lines) = (inner, sinceEpoch, recording.Limit, recording.Lines);
        _file = recording.Pcap is { } path ? Begin(path) : null;
    }

    /// <summary>With the time of now.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    internal static PacketRecorder Start(IPacketHandler inner, TunRecording recording, TimeProvider clock)
    {
        var sinceEpoch = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new PacketRecorder(inner, recording, Duration.FromMicros(sinceEpoch - TunPump.Now.Micros));
    }

    /// <inheritdoc/>
    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        Keep(packet, "in ", now);
        _inner.HandlePacket(packet, info, now);
    }

    /// <inheritdoc/>
    public Instant PollTimeout() => _inner.PollTimeout();

    /// <inheritdoc/>
    public void HandleTimeout(Instant now) => _inner.HandleTimeout(now);

    /// <inheritdoc/>
    public void HandleRound(Instant now) => _inner.HandleRound(now);

    /// <inheritdoc/>
    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        var length = _inner.PollTransmit(buffer, out info, now);
        if (length > 0)
        {
            Keep(buffer[..length], "out", now);
        }

        return length;
    }

    /// <inheritdoc/>
    public void HandleStop(Exception? failure)
    {
        try
        {
            _file?.Dispose();
            _lines?.Flush();
        }
        catch (IOException)
        {
            // What could not be written any more is lost; the programs that wait are told all the same.
        }

        _inner.HandleStop(failure);
    }

    private static FileStream Begin(string path)
    {
        try
        {
            var file = File.Create(path);
            Span<byte> header = stackalloc byte[PcapWriter.FileHeaderLength];
            file.Write(header[..PcapWriter.WriteFileHeader(header)]);
            return file;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Cannot write packets to {path}: {e.Message}", e);
        }
    }

    // A full disk or a closed pipe ends the recording, not the stack.
    private void Keep(ReadOnlySpan<byte> packet, string way, Instant now)
    {
        try
        {
            Write(packet, now + _sinceEpoch);
        }
        catch (IOException)
        {
            EndFile();
        }

        try
        {
            Print(packet, way, now + _sinceEpoch);
        }
        catch (IOException)
        {
            _lines = null;
        }
    }

    private void Write(ReadOnlySpan<byte> packet, Instant at)
    {
        if (_file is null)
        {
            return;
        }

        _written += PcapWriter.RecordHeaderLength + packet.Length;
        if (_written + PcapWriter.FileHeaderLength > _limit)
        {
            EndFile();
            return;
        }

        _file.Write(_record.AsSpan(0, PcapWriter.WriteRecord(_record, at, packet)));
    }

    private void EndFile()
    {
        (var file, _file) = (_file, null);
        file?.Dispose();
    }

    private void Print(ReadOnlySpan<byte> packet, string way, Instant at)
    {
        if (_lines is null)
        {
            return;
        }

        var line = $"{DateTime.UnixEpoch.AddMicroseconds(at.Micros):HH:mm:ss.ffffff} {way} {PacketPrinter.Print(packet)}";
        _printed += line.Length + 1;
        if (_printed > _limit)
        {
            _lines.WriteLine("no more packets are printed: that was as much as was asked for");
            _lines = null;
            return;
        }

        _lines.WriteLine(line);
    }
}
