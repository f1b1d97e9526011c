using System.Text;
using Multipath.Protocol.Buffers;
using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Connection;

public sealed class AssemblerTests
{
    private static readonly Dsn64 _start = new(1000);
    private readonly ReceiveBuffer _stream = new(_start, 1 << 20, 1 << 20, 64, new MemoryBudget(1 << 30));

    [Fact]
    public void Line_19_a_subflow_number_is_relative_to_the_syn_and_mapped_into_the_stream()
    {
        var assembler = Create();
        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1), "hello"u8, Map(0, 1, 5), mapped: true));
        Assert.Equal("hello", Text());
    }

    [Fact]
    public void Line_19_one_map_covers_many_segments()
    {
        var assembler = Create();
        assembler.Take(new Seq32(1), "abc"u8, Map(0, 1, 9), mapped: true);
        assembler.Take(new Seq32(4), "def"u8, default, mapped: false);
        assembler.Take(new Seq32(7), "ghi"u8, default, mapped: false);
        Assert.Equal("abcdefghi", Text());
        Assert.False(assembler.Holds);
    }

    [Fact]
    public void Line_19_a_mapping_cannot_be_changed()
    {
        var assembler = Create();
        assembler.Take(new Seq32(1), "abc"u8, Map(0, 1, 6), mapped: true);
        assembler.Take(new Seq32(4), "def"u8, Map(100, 4, 3), mapped: true);
        Assert.Equal("abcdef", Text());
    }

    [Fact]
    public void Line_19_a_map_that_covers_no_byte_of_its_segment_counts_for_nothing()
    {
        var assembler = Create();
        assembler.Take(new Seq32(1), "abc"u8, Map(0, 50, 3), mapped: true);
        Assert.True(assembler.Holds);
        assembler.Take(new Seq32(50), "xyz"u8, default, mapped: false);
        Assert.Equal("", Text());
    }

    [Fact]
    public void Mapped_bytes_are_placed_at_once_also_when_the_subflow_lacks_earlier_ones()
    {
        var assembler = Create();
        assembler.Take(new Seq32(4), "def"u8, Map(3, 4, 3), mapped: true);
        Assert.True(_stream.HasEarlyData);
        assembler.Take(new Seq32(1), "abc"u8, Map(0, 1, 3), mapped: true);
        Assert.Equal("abcdef", Text());
    }

    [Fact]
    public void Line_20_unmapped_data_is_held_until_its_map_comes()
    {
        var assembler = Create();
        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1), "abc"u8, default, mapped: false));
        Assert.Equal("", Text());
        Assert.True(assembler.Holds);
        assembler.Take(new Seq32(4), "def"u8, Map(0, 1, 6), mapped: true);
        Assert.Equal("abcdef", Text());
        Assert.False(assembler.Holds);
    }

    [Fact]
    public void Line_20_more_unmapped_data_than_is_ever_held_breaks_the_subflow()
    {
        var assembler = Create(heldLimit: 100);
        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1), new byte[40], default, mapped: false));
        Assert.Equal(Assembly.Unmapped, assembler.Take(new Seq32(41), new byte[40], default, mapped: false));
    }

    [Fact]
    public void With_checksums_a_map_is_placed_when_all_of_it_has_come()
    {
        var assembler = Create(checksum: true);
        var map = WithChecksum(Map(0, 1, 9), "abcdefghi");
        assembler.Take(new Seq32(4), "def"u8, map, mapped: true);
        assembler.Take(new Seq32(7), "ghi"u8, map, mapped: true);
        Assert.Equal("", Text());
        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1), "abc"u8, map, mapped: true));
        Assert.Equal("abcdefghi", Text());
        Assert.False(assembler.Holds);
    }

    [Fact]
    public void A_wrong_checksum_places_nothing_and_says_where()
    {
        var assembler = Create(checksum: true);
        var map = WithChecksum(Map(0, 1, 6), "abcdef");
        assembler.Take(new Seq32(1), "abX"u8, map, mapped: true);
        Assert.Equal(Assembly.ChecksumFailed, assembler.Take(new Seq32(4), "def"u8, map, mapped: true));
        Assert.Equal(_start, assembler.FailedAt);
        Assert.Equal("", Text());
    }

    [Fact]
    public void A_whole_map_in_one_segment_is_verified_without_being_held()
    {
        var assembler = Create(checksum: true);
        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1), "abcde"u8, WithChecksum(Map(0, 1, 5), "abcde"), mapped: true));
        Assert.Equal("abcde", Text());
        var wrong = WithChecksum(Map(5, 6, 5), "abcde") with { Checksum = 0x1234 };
        Assert.Equal(Assembly.ChecksumFailed, assembler.Take(new Seq32(6), "fghij"u8, wrong, mapped: true));
        Assert.Equal(_start + 5, assembler.FailedAt);
    }

    [Fact]
    public void Line_5_the_checksum_of_the_vector()
    {
        var dsn = Keys.InitialDataSequenceNumber(0xff2ec3a2f6151881) + 1;
        var data = new DssMap(dsn, new Seq32(1), 5, false, 0);
        Assert.Equal(0x8b07, MapChecksum.Compute(data, "hel"u8, "lo"u8));
        var fin = new DssMap(dsn + 5, new Seq32(0), 1, true, 0);
        Assert.Equal(0xced9, MapChecksum.Compute(fin, [], []));
    }

    [Theory]
    [InlineData(1ul, false)]
    [InlineData(2ul, true)]
    [InlineData(3ul, false)]
    [InlineData(4ul, true)]
    public void Any_cut_and_any_order_of_segments_gives_the_stream(ulong seed, bool checksum)
    {
        var random = new SeededEntropy(seed);
        var sent = new byte[60_000];
        random.Fill(sent);
        var segments = new List<(int Offset, int Length, DssMap Map)>();
        for (var at = 0; at < sent.Length;)
        {
            var mapLength = Math.Min(1 + random.Below(4_000), sent.Length - at);
            var map = Map(at, 1 + at, mapLength);
            map = map with { Checksum = MapChecksum.Compute(map, sent.AsSpan(at, mapLength), []) };
            for (var inMap = 0; inMap < mapLength;)
            {
                var length = Math.Min(1 + random.Below(1_500), mapLength - inMap);
                segments.Add((at + inMap, length, map));
                inMap += length;
            }

            at += mapLength;
        }

        for (var i = 0; i < segments.Count; i++)
        {
            var j = Math.Min(segments.Count - 1, i + random.Below(20));
            (segments[i], segments[j]) = (segments[j], segments[i]);
        }

        var assembler = Create(checksum, heldLimit: 1 << 20);
        foreach (var (offset, length, map) in segments)
        {
            Assert.Equal(Assembly.Taken, assembler.Take(new Seq32(1 + (uint)offset), sent.AsSpan(offset, length), map, mapped: true));
        }

        var received = new byte[sent.Length];
        Assert.Equal(sent.Length, _stream.Read(received));
        Assert.Equal(sent, received);
        Assert.False(assembler.Holds);
    }

    private static DssMap Map(int offset, int ssn, int length) => new(_start + offset, new Seq32((uint)ssn), (ushort)length, false, 0);

    private static DssMap WithChecksum(DssMap map, string data) =>
        map with { Checksum = MapChecksum.Compute(map, Encoding.ASCII.GetBytes(data), []) };

    private Assembler Create(bool checksum = false, int heldLimit = 1 << 16) =>
        new(_stream, heldLimit, new MemoryBudget(1 << 30)) { UsesChecksum = checksum };

    private string Text()
    {
        var bytes = new byte[_stream.Available];
        _stream.Read(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
