using System.Security.Cryptography;
using Multipath.Lab.Net;

namespace Multipath.Lab.Traffic;

/// <summary>The sending end: seeded content, paced or as fast as the connection takes it, hashed as it goes.</summary>
internal sealed class SendSide(TransferSpec spec)
{
    private const int BulkChunk = 64 * 1024;

    private readonly SeededContent _content = new(spec.Seed);
    private readonly byte[] _buffer = new byte[spec.BitsPerSecond > 0 ? spec.ChunkBytes : BulkChunk];

    /// <summary>Bytes handed to the connection.</summary>
    internal long Bytes { get; private set; }

    /// <summary>SHA-256 of them, once <see cref="Run"/> has returned.</summary>
    internal string Hash { get; private set; } = "";

    /// <summary>Sends until the bytes or the time are used up or the caller stops. That no more will come is the caller's to say.</summary>
    internal void Run(Stream to, Func<bool> stopped)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var beganNs = LinkPump.Now;
        var endsNs = beganNs + (spec.Duration.Ticks * TimeSpan.NanosecondsPerTick);
        while (!stopped() && Bytes + _buffer.Length <= spec.MaxBytes && WaitForTurn(beganNs) < endsNs)
        {
            _content.Fill(_buffer);
            to.Write(_buffer, 0, _buffer.Length);
            hash.AppendData(_buffer);
            Bytes += _buffer.Length;
        }

        Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Sleeps until the pace allows the next chunk and returns the time.</summary>
    private long WaitForTurn(long beganNs)
    {
        var now = LinkPump.Now;
        if (spec.BitsPerSecond > 0)
        {
            var dueNs = beganNs + (long)(Bytes * 8e9 / spec.BitsPerSecond);
            while (now < dueNs)
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling((dueNs - now) / 1e6)));
                now = LinkPump.Now;
            }
        }

        return now;
    }
}
