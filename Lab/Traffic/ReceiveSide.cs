using System.Security.Cryptography;
using Multipath.Lab.Net;

namespace Multipath.Lab.Traffic;

/// <summary>The receiving end: blocking reads on the calling thread, each with its time, hashed and counted.</summary>
internal sealed class ReceiveSide
{
    private const long NanosecondsPerMicrosecond = 1000;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private long _bytes;

    /// <summary>The gaps between receives.</summary>
    internal GapRecorder Gaps { get; } = new();

    /// <summary>Bytes over time.</summary>
    internal GoodputBuckets Goodput { get; } = new();

    /// <summary>Bytes received; may be read from any thread while the transfer runs.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>SHA-256 of them, once <see cref="Run"/> has returned.</summary>
    internal string Hash { get; private set; } = "";

    /// <summary>Whether the connection was MPTCP still when its end was seen.</summary>
    internal bool IsMptcp { get; private set; }

    /// <summary>Receives until the peer says that no more will come.</summary>
    /// <exception cref="IOException">The connection broke, or nothing came for as long as its end waits.</exception>
    internal void Run(ITransferEnd end)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            for (var length = -1; length != 0;)
            {
                length = end.Stream.Read(_buffer, 0, _buffer.Length);
                var nowUs = LinkPump.Now / NanosecondsPerMicrosecond;
                Gaps.HandleReceive(nowUs);
                if (length > 0)
                {
                    Goodput.HandleReceive(nowUs, length);
                    hash.AppendData(_buffer, 0, length);
                    Volatile.Write(ref _bytes, _bytes + length);
                }
            }

            IsMptcp = end.IsMptcp;
        }
        finally
        {
            Gaps.HandleReceive(LinkPump.Now / NanosecondsPerMicrosecond);
            Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
