using Multipath.Protocol.Primitives;
using Multipath.Protocol.Trace;

namespace Multipath.Lab.Packets;

/// <summary>Writes a capture of what enters the lanes and one of what leaves them, so that losses show as differences.</summary>
internal sealed class PcapTap : IPacketTap, IDisposable
{
    private readonly byte[] _record = new byte[PcapWriter.RecordHeaderLength + ushort.MaxValue];
    private readonly FileStream _sent;
    private readonly FileStream _delivered;

    /// <summary>Makes or overwrites both files.</summary>
    /// <param name="path">Of the two, without ".sent.pcap" and ".delivered.pcap".</param>
    internal PcapTap(string path)
    {
        _sent = Begin($"{path}.sent.pcap");
        _delivered = Begin($"{path}.delivered.pcap");
    }

    /// <inheritdoc/>
    public void HandleSent(int lane, ReadOnlySpan<byte> packet, Instant now) => Write(_sent, packet, now);

    /// <inheritdoc/>
    public void HandleDelivered(int lane, ReadOnlySpan<byte> packet, Instant now) => Write(_delivered, packet, now);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sent.Dispose();
        _delivered.Dispose();
    }

    private void Write(FileStream file, ReadOnlySpan<byte> packet, Instant now) =>
        file.Write(_record.AsSpan(0, PcapWriter.WriteRecord(_record, now, packet)));

    private static FileStream Begin(string path)
    {
        var file = File.Create(path);
        Span<byte> header = stackalloc byte[PcapWriter.FileHeaderLength];
        file.Write(header[..PcapWriter.WriteFileHeader(header)]);
        return file;
    }
}
