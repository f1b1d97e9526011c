using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Multipath.Interop.Tests.Support;

/// <summary>Bytes that differ at every place, sent and checked by their hash.</summary>
internal static class Content
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>Writes so many bytes.</summary>
    /// <returns>Their SHA-256.</returns>
    internal static async Task<string> SendAsync(Stream to, long bytes, uint seed, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        var state = seed;
        for (var left = bytes; left > 0;)
        {
            state = Fill(block, state);
            var part = block.AsMemory(0, (int)Math.Min(left, block.Length));
            hash.AppendData(part.Span);
            await to.WriteAsync(part, cancellation);
            left -= part.Length;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Reads so many bytes, or until the end.</summary>
    /// <returns>How many there were and their SHA-256.</returns>
    internal static async Task<(long Bytes, string Hash)> ReceiveAsync(Stream from, long bytes, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        var total = 0L;
        while (total < bytes)
        {
            var read = await from.ReadAsync(block.AsMemory(0, (int)Math.Min(bytes - total, block.Length)), cancellation);
            if (read == 0)
            {
                break;
            }

            hash.AppendData(block.AsSpan(0, read));
            total += read;
        }

        return (total, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Sends both ways at once and checks what arrives.</summary>
    internal static async Task ExchangeAsync(Stream one, Stream other, long bytes, CancellationToken cancellation)
    {
        var sent = SendAsync(one, bytes, 1, cancellation);
        var back = SendAsync(other, bytes, 2, cancellation);
        var there = ReceiveAsync(other, bytes, cancellation);
        var here = ReceiveAsync(one, bytes, cancellation);
        await Task.WhenAll(sent, back, there, here);
        Assert.Equal((bytes, await sent), await there);
        Assert.Equal((bytes, await back), await here);
    }

    /// <summary>Mulberry32 over the words of a block.</summary>
    private static uint Fill(byte[] block, uint state)
    {
        foreach (ref var word in MemoryMarshal.Cast<byte, uint>(block.AsSpan()))
        {
            state += 0x6D2B79F5;
            var mixed = (state ^ (state >> 15)) * (state | 1);
            mixed ^= mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61));
            word = mixed ^ (mixed >> 14);
        }

        return state;
    }
}
