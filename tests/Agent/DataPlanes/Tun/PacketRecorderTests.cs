using System.Buffers.Binary;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class PacketRecorderTests : IDisposable
{
    private static readonly Instant Now = new(5_000_007);
    private static readonly Duration SinceEpoch = Duration.FromSeconds(100);

    /// <summary>An echo request from 10.0.0.1 to 10.0.0.2.</summary>
    private static readonly byte[] Ping =
    [
        0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xDF, 10, 0, 0, 1, 10, 0, 0, 2, 8, 0, 0xF7, 0xFE, 0, 0, 0, 1,
    ];

    private readonly string _path = Path.GetTempFileName();
    private readonly EchoResponder _inner = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Both_ways_are_in_the_file_at_the_time_of_the_wall_and_go_through_unchanged()
    {
        var recorder = new PacketRecorder(_inner, new TunRecording { Pcap = _path }, SinceEpoch);
        Exchange(recorder);
        recorder.HandleStop(null);

        var file = File.ReadAllBytes(_path);
        Assert.Equal(24 + (2 * (16 + Ping.Length)), file.Length);
        Assert.Equal((105u, 7u), (Read(file, 24), Read(file, 28)));
        Assert.Equal(Ping, file[40..68]);
        Assert.Equal(0, file[68 + 16 + 20]);
        Assert.True(_inner.Stopped.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_line_is_printed_for_each_packet()
    {
        using var lines = new StringWriter { NewLine = "\n" };
        var recorder = new PacketRecorder(_inner, new TunRecording { Lines = lines }, SinceEpoch);
        Exchange(recorder);
        Assert.Equal("00:01:45.000007 in  NotTcp, 28 bytes\n00:01:45.000007 out NotTcp, 28 bytes\n", lines.ToString());
    }

    [Fact]
    public void Beyond_the_limit_nothing_is_kept_and_everything_passes()
    {
        using var lines = new StringWriter { NewLine = "\n" };
        var recorder = new PacketRecorder(_inner, new TunRecording { Pcap = _path, Lines = lines, Limit = 100 }, SinceEpoch);
        for (var i = 0; i < 5; i++)
        {
            Exchange(recorder);
        }

        recorder.HandleStop(null);
        Assert.Equal(24 + 16 + Ping.Length, File.ReadAllBytes(_path).Length);
        Assert.Equal(3, lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.EndsWith("as much as was asked for\n", lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_made_is_an_error_that_names_it()
    {
        var folder = Path.GetDirectoryName(_path)!;
        var error = Assert.Throws<IOException>(() => new PacketRecorder(_inner, new TunRecording { Pcap = folder }, SinceEpoch));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
    }

    private static uint Read(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static void Exchange(PacketRecorder recorder)
    {
        var buffer = new byte[65_536];
        recorder.HandlePacket(Ping, default, Now);
        Assert.Equal(Ping.Length, recorder.PollTransmit(buffer, out _, Now));
        Assert.Equal(0, recorder.PollTransmit(buffer, out _, Now));
    }
}
