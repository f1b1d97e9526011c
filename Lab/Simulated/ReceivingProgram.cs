using System.Security.Cryptography;
using Multipath.Lab.Traffic;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>How a transfer ended.</summary>
/// <param name="IsMultipath">False when the connection had fallen back to TCP.</param>
/// <param name="Failure">Why it broke off; null when it ended as it should.</param>
internal sealed record ReceiveOutcome(bool IsMultipath, string? Failure);

/// <summary>Reads all that comes at once, each piece with its time, hashed and counted.</summary>
internal sealed class ReceivingProgram(Stack stack, TimeSpan stallLimit, Instant began) : SimulatedProgram(stack), IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Instant _heard = began;
    private long _bytes;

    /// <summary>The gaps between receives.</summary>
    internal GapRecorder Gaps { get; } = new();

    /// <summary>Bytes over time.</summary>
    internal GoodputBuckets Goodput { get; } = new();

    /// <summary>Bytes received; may be read from any thread.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>SHA-256 of them.</summary>
    internal string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>How it ended; null while it runs.</summary>
    internal ReceiveOutcome? Outcome { get; private set; }

    internal override Instant Deadline => Outcome is null ? GiveUpAt : Instant.Never;

    private Instant GiveUpAt => _heard + Duration.FromMicros(stallLimit.Ticks / TimeSpan.TicksPerMicrosecond);

    internal override void Run(Instant now)
    {
        if (Outcome is not null)
        {
            return;
        }

        if (now >= GiveUpAt)
        {
            Finish(FormattableString.Invariant($"receiver: nothing came for {stallLimit.TotalSeconds} s"), now);
            return;
        }

        int count;
        while (IsConnected && (count = Stack.Read(Connection, _buffer, now)) != 0)
        {
            if (count < 0)
            {
                HandleEnd(count == Stack.EndOfStream, now);
                return;
            }

            _heard = now;
            Gaps.HandleReceive(now.Micros);
            Goodput.HandleReceive(now.Micros, count);
            _hash.AppendData(_buffer, 0, count);
            Volatile.Write(ref _bytes, _bytes + count);
        }
    }

    public void Dispose() => _hash.Dispose();

    protected override void HandleEnded(EndReason reason, Instant now)
    {
        // What came before is read first.
        Run(now);
        if (Outcome is null)
        {
            Finish($"receiver: the connection ended: {reason}", now);
        }
    }

    private void HandleEnd(bool whole, Instant now)
    {
        Gaps.HandleReceive(now.Micros);
        Finish(whole ? null : "receiver: the connection is gone", now);
    }

    private void Finish(string? failure, Instant now)
    {
        Outcome = new ReceiveOutcome(Stack.TryGetInfo(Connection, out var info) && info.IsMultipath, failure);
        if (failure is null)
        {
            Stack.Close(Connection, now);
        }
        else
        {
            Stack.Abort(Connection, now);
        }
    }
}
