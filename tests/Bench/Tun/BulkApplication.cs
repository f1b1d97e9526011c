using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Bench.Tun;

/// <summary>
/// The program of a measurement, on the pump's thread: writes, or reads, as much as the stack takes or has, by way of one buffer, as
/// a program
/// does with a socket. Its time is part of what is measured.
/// </summary>
internal sealed class BulkApplication(IPacketHandler inner) : IPacketHandler
{
    /// <summary>As much as the peers write and read at once.</summary>
    internal const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private Stack? _stack;
    private ConnectionId _id;
    private bool _sends;
    private long _bytes;

    /// <summary>Bytes that the stack has taken or given.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Begins; on the pump's thread.</summary>
    internal void Begin(Stack stack, ConnectionId id, bool sends) => (_stack, _id, _sends) = (stack, id, sends);

    /// <summary>Does nothing any more; on the pump's thread.</summary>
    internal void End() => _stack = null;

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => inner.HandlePacket(packet, info, now);

    public Instant PollTimeout() => inner.PollTimeout();

    public void HandleTimeout(Instant now) => inner.HandleTimeout(now);

    public void HandleRound(Instant now)
    {
        inner.HandleRound(now);
        if (_stack is not { } stack)
        {
            return;
        }

        int moved;
        do
        {
            moved = _sends ? stack.Write(_id, _buffer, now) : stack.Read(_id, _buffer, now);
            _bytes += Math.Max(0, moved);
        }
        while (moved == BufferBytes);
    }

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now) => inner.PollTransmit(buffer, out info, now);

    public void HandleStop(Exception? failure) => inner.HandleStop(failure);
}
