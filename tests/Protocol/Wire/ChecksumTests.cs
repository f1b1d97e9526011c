using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Wire;

public sealed class ChecksumTests
{
    private const ulong FirstDsn = 0x1045ecfa3f05f4d9 + 1;

    [Theory]
    [InlineData("", 0)]
    [InlineData("01", 0x0100)]
    [InlineData("0001f203f4f5f6f7", 0xddf2)]
    [InlineData("45000073000040004011b861c0a80001c0a800c7", 0xffff)]
    [InlineData("450000730000400040110000c0a80001c0a800c7", 0x479e)]
    public void Known_sums(string bytes, ushort expected) => Assert.Equal(expected, Checksum.Sum(Convert.FromHexString(bytes)));

    [Fact]
    public void The_sum_is_that_of_a_plain_loop_at_every_length_and_alignment()
    {
        var bytes = new byte[400];
        new SeededEntropy(5).Fill(bytes);
        for (var start = 0; start < 40; start++)
        {
            for (var length = 0; length <= bytes.Length - start; length++)
            {
                var slice = bytes.AsSpan(start, length);
                Assert.Equal(PlainSum(slice), Checksum.Sum(slice));
            }
        }
    }

    [Fact]
    public void Copying_sums_the_same_and_touches_nothing_else()
    {
        var bytes = new byte[300];
        new SeededEntropy(6).Fill(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var copy = new byte[length + 64];
            Assert.Equal(PlainSum(bytes.AsSpan(0, length)), Checksum.CopyAndSum(bytes.AsSpan(0, length), copy));
            Assert.Equal(bytes[..length], copy[..length]);
            Assert.Equal(new byte[64], copy[length..]);
        }
    }

    [Fact]
    public void No_carry_is_lost_in_a_long_run_of_ones()
    {
        var ones = new byte[1 << 20];
        ones.AsSpan().Fill(0xFF);
        Assert.Equal(0xFFFF, Checksum.Sum(ones));
        Assert.Equal(PlainSum(ones.AsSpan(0, 65535)), Checksum.Sum(ones.AsSpan(0, 65535)));
    }

    [Fact]
    public void Parts_sum_to_the_whole_wherever_it_is_cut() => Prop.ForAll<byte[], byte[]>((first, second) =>
        Checksum.Append(Checksum.Sum(first), first.Length, Checksum.Sum(second)) == PlainSum([.. first, .. second]))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_pseudo_header_sums_like_its_bytes()
    {
        var four = new FourTuple(Endpoint.Parse("192.0.2.1:1"), Endpoint.Parse("198.51.100.7:2"));
        Assert.Equal(PlainSum(Convert.FromHexString("c0000201c6336407000605dc")), Checksum.PseudoHeader(four, 6, 1500));
        var six = new FourTuple(Endpoint.Parse("[2001:db8::1]:1"), Endpoint.Parse("[fe80::ffff:1]:2"));
        var bytes = "20010db8000000000000000000000001fe8000000000000000000000ffff0001" + "0000ffff00000006";
        Assert.Equal(PlainSum(Convert.FromHexString(bytes)), Checksum.PseudoHeader(six, 6, 65535));
    }

    [Fact]
    public void Line_5_the_checksum_of_a_mapping_covers_its_numbers_and_its_bytes() =>
        Assert.Equal(0x8b07, Checksum.Dss(new Dsn64(FirstDsn), 1, 5, Checksum.Sum(Encoding.ASCII.GetBytes("hello"))));

    [Fact]
    public void Line_5_a_data_fin_alone_has_a_checksum_too() => Assert.Equal(0xced9, Checksum.Dss(new Dsn64(FirstDsn) + 5, 0, 1, 0));

    [Fact]
    public void Line_21_the_checksum_of_a_mapping_is_that_of_its_pseudo_header() => Prop.ForAll<ulong, (uint, ushort), byte[]>(
        (dsn, map, payload) =>
        {
            var (subflowSeq, length) = map;
            var bytes = new byte[16 + payload.Length];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, dsn);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), subflowSeq);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(12), length);
            payload.CopyTo(bytes, 16);
            return Checksum.Dss(new Dsn64(dsn), subflowSeq, length, Checksum.Sum(payload)) == (ushort)~PlainSum(bytes);
        }).QuickCheckThrowOnFailure();

    private static ushort PlainSum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i++)
        {
            sum += (i & 1) == 0 ? (uint)bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
