using Multipath.Lab.Packets;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Support;

/// <summary>A node that sends what it is told to, when it is told to, and keeps what it gets.</summary>
internal sealed class ScriptedNode : INode
{
    private readonly Queue<(Instant At, byte[] Bytes)> _script = [];
    private Instant _now;

    internal List<(Instant At, byte[] Bytes)> Received { get; } = [];

    /// <summary>In order of time.</summary>
    internal void Send(long atMicros, byte[] packet) => _script.Enqueue((new Instant(atMicros), packet));

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => Received.Add((now, packet.ToArray()));

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        info = default;
        _now = now;
        if (!_script.TryPeek(out var next) || next.At > now)
        {
            return 0;
        }

        _script.Dequeue();
        next.Bytes.CopyTo(buffer);
        return next.Bytes.Length;
    }

    public Instant PollTimeout() => _script.TryPeek(out var next) ? next.At : Instant.Never;

    public void HandleTimeout(Instant now) => Assert.True(now >= _now);
}
