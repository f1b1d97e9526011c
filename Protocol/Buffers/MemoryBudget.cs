using System.Buffers;
using System.Numerics;

namespace Multipath.Protocol.Buffers;

/// <summary>The bytes that all buffers of a stack may hold together, and the pool that they come from.</summary>
/// <remarks>A peer decides how many connections there are and how fast they are read; this bound decides what that can cost.</remarks>
internal sealed class MemoryBudget(long limit)
{
    /// <summary>The bound, bytes.</summary>
    public long Limit { get; } = limit;

    /// <summary>Bytes rented now.</summary>
    public long Used { get; private set; }

    // The pool has none that are shorter, and takes none back.
    private const int MinLength = 16;

    /// <summary>Whether an array of a size may be rented.</summary>
    public bool HasRoomFor(int size) => Used + LengthFor(size) <= Limit;

    /// <summary>Rents an array whose length is the power of two at or above <paramref name="size"/>.</summary>
    /// <returns>The array, or null when the bound would be passed.</returns>
    public byte[]? TryRent(int size) => HasRoomFor(size) ? Rent(size) : null;

    /// <summary>As <see cref="TryRent"/>, beyond the bound if need be: for what is held already, and only moves.</summary>
    public byte[] Rent(int size)
    {
        var length = LengthFor(size);

        // The shared pool hands out exact powers of two; another length would break the masks of the rings.
        var array = ArrayPool<byte>.Shared.Rent(length);
        if (array.Length != length)
        {
            ArrayPool<byte>.Shared.Return(array);
            array = new byte[length];
        }

        Used += length;
        return array;
    }

    /// <summary>Gives an array back.</summary>
    public void Return(byte[] array)
    {
        Used -= array.Length;
        ArrayPool<byte>.Shared.Return(array);
    }

    private static int LengthFor(int size) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, MinLength));
}
