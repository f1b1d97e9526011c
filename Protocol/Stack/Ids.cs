namespace Multipath.Protocol;

/// <summary>Names a connection of one <c>Stack</c>; never used again for another connection. The default value names none.</summary>
/// <param name="Value">Opaque.</param>
public readonly record struct ConnectionId(ulong Value)
{
    internal ConnectionId(int slot, uint generation)
        : this(((ulong)generation << 32) | (uint)slot)
    {
    }

    internal int Slot => (int)(uint)Value;

    internal uint Generation => (uint)(Value >> 32);
}

/// <summary>Names a listener of one <c>Stack</c>. The default value names none.</summary>
/// <param name="Value">Opaque.</param>
public readonly record struct ListenerId(int Value);
