using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Interop.Tests.Support;

/// <summary>How bad the way is, in each direction.</summary>
/// <param name="Loss">Share of packets that vanish.</param>
/// <param name="Late">Share of packets that are held back for <see cref="HeldMicros"/>, so that later ones overtake them.</param>
/// <param name="HeldMicros">How long.</param>
internal sealed record Disturbance(double Loss, double Late, long HeldMicros = 2000)
{
    internal static Disturbance None { get; } = new(0, 0);
}

/// <summary>
/// Loses packets and lets them overtake each other, between the pump and the stack. The same seed takes the same decisions.
/// </summary>
internal sealed class Disturber(IPacketHandler inner, Disturbance disturbance, ulong seed) : IPacketHandler
{
    private readonly SeededEntropy _dice = new(seed);
    private readonly Queue<Held> _heldIn = [];
    private readonly Queue<Held> _heldOut = [];

    /// <summary>Packets that vanished.</summary>
    internal int Lost { get; private set; }

    /// <summary>Packets that were held back.</summary>
    internal int Delayed { get; private set; }

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        Release(now);
        if (!TryDisturb(packet, info, now, _heldIn))
        {
            inner.HandlePacket(packet, info, now);
        }
    }

    public Instant PollTimeout() => Instant.Earlier(inner.PollTimeout(), Instant.Earlier(Due(_heldIn), Due(_heldOut)));

    public void HandleTimeout(Instant now)
    {
        Release(now);
        if (inner.PollTimeout() <= now)
        {
            inner.HandleTimeout(now);
        }
    }

    public void HandleRound(Instant now) => inner.HandleRound(now);

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        if (Due(_heldOut) <= now)
        {
            var held = _heldOut.Dequeue();
            held.Packet.CopyTo(buffer);
            info = held.Info;
            return held.Packet.Length;
        }

        int length;
        while ((length = inner.PollTransmit(buffer, out info, now)) > 0 && TryDisturb(buffer[..length], info, now, _heldOut))
        {
        }

        return length;
    }

    public void HandleStop(Exception? failure) => inner.HandleStop(failure);

    private static Instant Due(Queue<Held> held) => held.TryPeek(out var first) ? first.Due : Instant.Never;

    private void Release(Instant now)
    {
        while (Due(_heldIn) <= now)
        {
            var held = _heldIn.Dequeue();
            inner.HandlePacket(held.Packet, held.Info, now);
        }
    }

    private bool TryDisturb(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now, Queue<Held> held)
    {
        var drawn = _dice.NextDouble();
        if (drawn < disturbance.Loss)
        {
            Lost++;
            return true;
        }

        if (drawn < disturbance.Loss + disturbance.Late)
        {
            Delayed++;
            held.Enqueue(new Held(packet.ToArray(), info, now + Duration.FromMicros(disturbance.HeldMicros)));
            return true;
        }

        return false;
    }

    private readonly record struct Held(byte[] Packet, PacketInfo Info, Instant Due);
}
