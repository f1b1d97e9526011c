using System.Runtime.InteropServices;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Reads a kernel structure that grows with each release: what lies beyond its end is 0.</summary>
internal readonly ref struct InfoReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal byte U8(int offset) => offset < _bytes.Length ? _bytes[offset] : (byte)0;

    internal uint U32(int offset) => offset + 4 <= _bytes.Length ? MemoryMarshal.Read<uint>(_bytes[offset..]) : 0;

    internal ulong U64(int offset) => offset + 8 <= _bytes.Length ? MemoryMarshal.Read<ulong>(_bytes[offset..]) : 0;
}
