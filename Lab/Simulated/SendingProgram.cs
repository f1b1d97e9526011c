using System.Security.Cryptography;
using Multipath.Lab.Traffic;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>Writes seeded content, paced or as fast as the stack takes it, hashed as it goes; then says that this was all.</summary>
internal sealed class SendingProgram : SimulatedProgram, IDisposable
{
    private const int BulkChunk = 64 * 1024;

    private readonly TransferSpec _spec;
    private readonly SeededContent _content;
    private readonly byte[] _chunk;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> _left;
    private Instant? _began;
    private bool _closed;

    internal SendingProgram(Stack stack, TransferSpec spec)
        : base(stack)
    {
        (_spec, _content) = (spec, new SeededContent(spec.Seed));
        _chunk = new byte[spec.BitsPerSecond > 0 ? spec.ChunkBytes : BulkChunk];
    }

    /// <summary>Bytes made so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>SHA-256 of them.</summary>
    internal string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <remarks>With something left to write it waits for room instead.</remarks>
    internal override Instant Deadline => _began is { } began && !_closed && !IsOver && _left.IsEmpty
        ? Instant.Earlier(Due(began), End(began))
        : Instant.Never;

    internal override void Run(Instant now)
    {
        if (!IsConnected || _closed || IsOver)
        {
            return;
        }

        _began ??= now;
        while (TryWrite(now) && now < End(_began.Value) && now >= Due(_began.Value) && Bytes + _chunk.Length <= _spec.MaxBytes)
        {
            _content.Fill(_chunk);
            _hash.AppendData(_chunk);
            Bytes += _chunk.Length;
            _left = _chunk;
        }

        if (_left.IsEmpty && (now >= End(_began.Value) || Bytes + _chunk.Length > _spec.MaxBytes))
        {
            _closed = true;
            Stack.Close(Connection, now);
        }
    }

    public void Dispose() => _hash.Dispose();

    protected override void HandleEnded(EndReason reason, Instant now)
    {
        // The receiver says what came of it.
    }

    private bool TryWrite(Instant now)
    {
        if (!_left.IsEmpty)
        {
            _left = _left[Math.Max(0, Stack.Write(Connection, _left.Span, now))..];
        }

        return _left.IsEmpty;
    }

    private Instant Due(Instant began) =>
        _spec.BitsPerSecond > 0 ? began + Duration.FromMicros((long)(Bytes * 8e6 / _spec.BitsPerSecond)) : began;

    private Instant End(Instant began) => began + Duration.FromMicros(_spec.Duration.Ticks / TimeSpan.TicksPerMicrosecond);
}
