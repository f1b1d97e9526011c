using Multipath.Protocol;

namespace Multipath.Lab.Packets;

/// <summary>
/// A raw IP packet on its way. It has one owner at a time: whoever takes it either passes it on or gives it back to the
/// <see cref="PacketPool"/> that it came from.
/// </summary>
internal sealed class Packet(int capacity)
{
    /// <summary>All bytes that it may have.</summary>
    internal byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(capacity);

    /// <summary>How many of them it has.</summary>
    internal int Length { get; set; }

    /// <summary>What a node said of it beside its bytes.</summary>
    internal PacketInfo Info { get; private set; }

    /// <summary>A lane changed a byte of it.</summary>
    internal bool IsDamaged { get; set; }

    /// <summary>The bytes that it has.</summary>
    internal Span<byte> Span => Bytes.AsSpan(0, Length);

    /// <summary>Becomes a new packet, whose bytes are in place.</summary>
    internal void Renew(int length, in PacketInfo info) => (Length, Info, IsDamaged) = (length, info, false);

    /// <summary>Becomes like another packet.</summary>
    internal void CopyFrom(Packet other)
    {
        other.Span.CopyTo(Bytes);
        (Length, Info, IsDamaged) = (other.Length, other.Info, other.IsDamaged);
    }
}
