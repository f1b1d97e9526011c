using Multipath.Protocol.Primitives;
using Multipath.Protocol.Trace;

namespace Multipath.Protocol.Tests.Trace;

public sealed class PcapWriterTests
{
    [Fact]
    public void A_capture_is_a_header_and_records()
    {
        var bytes = new byte[PcapWriter.FileHeaderLength + PcapWriter.RecordHeaderLength + 3];
        var length = PcapWriter.WriteFileHeader(bytes);
        length += PcapWriter.WriteRecord(bytes.AsSpan(length), new Instant(3_000_007), [0x45, 1, 2]);
        Assert.Equal(bytes.Length, length);
        Assert.Equal(
            "d4c3b2a1" + "02000400" + "00000000" + "00000000" + "00000400" + "65000000"
            + "03000000" + "07000000" + "03000000" + "03000000" + "450102",
            Convert.ToHexStringLower(bytes));
    }
}
