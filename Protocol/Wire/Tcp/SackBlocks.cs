using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Tcp;

/// <summary>A range that was received out of order.</summary>
/// <param name="Start">Its first sequence number.</param>
/// <param name="End">The number behind its last.</param>
public readonly record struct SackBlock(Seq32 Start, Seq32 End);

/// <summary>The blocks of a selective acknowledgment, at most four (RFC 2018 section 3).</summary>
/// <remarks>
/// <code>
///                   +--------+--------+
///                   | Kind=5 | Length |
/// +--------+--------+--------+--------+
/// |      Left Edge of 1st Block       |
/// +--------+--------+--------+--------+
/// |      Right Edge of 1st Block      |
/// +--------+--------+--------+--------+
/// |            . . .                  |
/// </code>
/// </remarks>
public struct SackBlocks : IEquatable<SackBlocks>
{
    /// <summary>What 40 bytes of options have room for.</summary>
    public const int MaxCount = 4;

    private const int HeaderLength = 2;
    private const int BlockLength = 8;

    private Buffer _blocks;
    private byte _count;

    /// <summary>How many blocks there are.</summary>
    public readonly int Count => _count;

    /// <summary>Bytes of the option, 0 without blocks.</summary>
    internal readonly int Length => _count == 0 ? 0 : HeaderLength + (_count * BlockLength);

    /// <summary>A block; the first one holds the segment that triggered the acknowledgment.</summary>
    /// <param name="index">At least 0, below <see cref="Count"/>.</param>
    public readonly SackBlock this[int index] => _blocks[index];

    /// <summary>Same blocks in the same order.</summary>
    public static bool operator ==(in SackBlocks left, in SackBlocks right) => left.Equals(right);

    /// <summary>Other blocks or another order.</summary>
    public static bool operator !=(in SackBlocks left, in SackBlocks right) => !left.Equals(right);

    /// <summary>Adds a block behind the others.</summary>
    /// <param name="block">The block.</param>
    /// <returns>False when there are <see cref="MaxCount"/> already.</returns>
    public bool TryAdd(SackBlock block)
    {
        if (_count == MaxCount)
        {
            return false;
        }

        _blocks[_count++] = block;
        return true;
    }

    /// <inheritdoc/>
    public readonly bool Equals(SackBlocks other) => Blocks(in this).SequenceEqual(Blocks(in other));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is SackBlocks other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_count, _blocks[0]);

    /// <summary>Reads the option; blocks beyond <see cref="MaxCount"/> cannot occur in 40 bytes.</summary>
    /// <param name="option">The whole option.</param>
    /// <returns>No blocks when the length is none that the option can have.</returns>
    internal static SackBlocks Read(ReadOnlySpan<byte> option)
    {
        var blocks = default(SackBlocks);
        if ((option.Length - HeaderLength) % BlockLength == 0)
        {
            for (var rest = option[HeaderLength..]; rest.Length >= BlockLength; rest = rest[BlockLength..])
            {
                blocks.TryAdd(new SackBlock(
                    new Seq32(BinaryPrimitives.ReadUInt32BigEndian(rest)), new Seq32(BinaryPrimitives.ReadUInt32BigEndian(rest[4..]))));
            }
        }

        return blocks;
    }

    internal readonly int Write(Span<byte> destination)
    {
        destination[0] = (byte)TcpOptionKind.Sack;
        destination[1] = (byte)Length;
        for (var i = 0; i < _count; i++)
        {
            var at = destination.Slice(HeaderLength + (i * BlockLength), BlockLength);
            BinaryPrimitives.WriteUInt32BigEndian(at, _blocks[i].Start.Value);
            BinaryPrimitives.WriteUInt32BigEndian(at[4..], _blocks[i].End.Value);
        }

        return Length;
    }

    private static ReadOnlySpan<SackBlock> Blocks(in SackBlocks blocks) => ((ReadOnlySpan<SackBlock>)blocks._blocks)[..blocks._count];

    [InlineArray(MaxCount)]
    private struct Buffer
    {
        private SackBlock _first;
    }
}
