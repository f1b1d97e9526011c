using System.Runtime.CompilerServices;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Withdraws addresses (RFC 8684 section 3.4.2).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-------+---------------+
/// |     Kind      |  Length = 3+n |Subtype|(resvd)|   Address ID  | ...
/// +---------------+---------------+-------+-------+---------------+
///                            (followed by n-1 Address IDs, if required)
/// </code>
/// </remarks>
public struct RemoveAddr : IEquatable<RemoveAddr>
{
    /// <summary>What 40 bytes of options have room for.</summary>
    public const int MaxCount = 37;

    private const int HeaderLength = 3;

    private Buffer _ids;
    private byte _count;

    /// <summary>Withdraws one address.</summary>
    /// <param name="addressId">Its id.</param>
    public RemoveAddr(byte addressId)
    {
        _ids[0] = addressId;
        _count = 1;
    }

    /// <summary>How many ids there are.</summary>
    public readonly int Count => _count;

    /// <summary>Bytes of the option.</summary>
    public readonly int Length => HeaderLength + _count;

    /// <summary>An id.</summary>
    /// <param name="index">At least 0, below <see cref="Count"/>.</param>
    public readonly byte this[int index] => _ids[index];

    /// <summary>Same ids in the same order.</summary>
    public static bool operator ==(in RemoveAddr left, in RemoveAddr right) => left.Equals(right);

    /// <summary>Other ids or another order.</summary>
    public static bool operator !=(in RemoveAddr left, in RemoveAddr right) => !left.Equals(right);

    /// <summary>Adds an id behind the others.</summary>
    /// <param name="addressId">The id.</param>
    /// <returns>False when there are <see cref="MaxCount"/> already.</returns>
    public bool TryAdd(byte addressId)
    {
        if (_count == MaxCount)
        {
            return false;
        }

        _ids[_count++] = addressId;
        return true;
    }

    /// <inheritdoc/>
    public readonly bool Equals(RemoveAddr other) =>
        _count == other._count && ((ReadOnlySpan<byte>)_ids)[.._count].SequenceEqual(((ReadOnlySpan<byte>)other._ids)[.._count]);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is RemoveAddr other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_count, _ids[0]);

    internal static bool TryRead(ReadOnlySpan<byte> option, out RemoveAddr value)
    {
        value = default;
        if (option.Length is <= HeaderLength or > HeaderLength + MaxCount)
        {
            return false;
        }

        var ids = option[HeaderLength..];
        ids.CopyTo(value._ids);
        value._count = (byte)ids.Length;
        return true;
    }

    internal readonly int Write(Span<byte> destination)
    {
        destination[0] = (byte)TcpOptionKind.Mptcp;
        destination[1] = (byte)Length;
        destination[2] = (byte)MptcpSubtype.RemoveAddr << 4;
        ((ReadOnlySpan<byte>)_ids)[.._count].CopyTo(destination[HeaderLength..]);
        return Length;
    }

    [InlineArray(MaxCount)]
    private struct Buffer
    {
        private byte _first;
    }
}
