using System.Diagnostics;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Trace;

namespace Multipath.Interop.Tests.Support;

/// <summary>Writes what the stack sends to a file, for tshark to read.</summary>
internal sealed class Capture(IPacketHandler inner, string path) : IPacketHandler
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromMinutes(1);

    /// <summary>Gryphon has port 7000, where our server listens, and takes random bytes for packets of its own, malformed ones.</summary>
    private static readonly string[] WithoutGuesses = ["--disable-protocol", "gryphon"];

    private readonly byte[] _record = new byte[PcapWriter.RecordHeaderLength + 65_536];
    private readonly FileStream _file = Begin(path);

    /// <summary>Whether this machine has tshark.</summary>
    internal static bool CanBeRead => File.Exists("/usr/bin/tshark");

    /// <summary>Reads a capture; gives up after a minute.</summary>
    /// <returns>What tshark prints.</returns>
    internal static async Task<string> ReadAsync(string path, params string[] arguments)
    {
        using var tshark = Process.Start(new ProcessStartInfo("tshark", ["-n", "-r", path, .. WithoutGuesses, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(ReadPatience);
        try
        {
            var errors = tshark.StandardError.ReadToEndAsync(patience.Token);
            var output = await tshark.StandardOutput.ReadToEndAsync(patience.Token);
            await tshark.WaitForExitAsync(patience.Token);
            return tshark.ExitCode == 0 ? output : throw new InvalidOperationException(await errors);
        }
        catch (OperationCanceledException)
        {
            tshark.Kill(entireProcessTree: true);
            throw;
        }
    }

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => inner.HandlePacket(packet, info, now);

    public Instant PollTimeout() => inner.PollTimeout();

    public void HandleTimeout(Instant now) => inner.HandleTimeout(now);

    public void HandleRound(Instant now) => inner.HandleRound(now);

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        var length = inner.PollTransmit(buffer, out info, now);
        if (length > 0)
        {
            _file.Write(_record.AsSpan(0, PcapWriter.WriteRecord(_record, now, buffer[..length])));
        }

        return length;
    }

    public void HandleStop(Exception? failure)
    {
        _file.Dispose();
        inner.HandleStop(failure);
    }

    private static FileStream Begin(string path)
    {
        var file = File.Create(path);
        Span<byte> header = stackalloc byte[PcapWriter.FileHeaderLength];
        file.Write(header[..PcapWriter.WriteFileHeader(header)]);
        return file;
    }
}
