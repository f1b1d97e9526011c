using System.Security.Cryptography;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Simulated;

/// <summary>A program that sends seeded content over a simulated connection, and one that receives it.</summary>
internal sealed class SimulatedTransfer : IDisposable
{
    /// <summary>Segments that wait in the sender's socket before its program has to wait: 1.4 MB.</summary>
    private const int SocketLimit = 1024;

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private readonly Agenda _agenda;
    private readonly TransferSpec _spec;
    private readonly ConnectionEnd _sender;
    private readonly ConnectionEnd _receiver;
    private readonly SeededContent _content;
    private readonly IncrementalHash _sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly GapRecorder _gaps = new();
    private readonly GoodputBuckets _goodput = new();
    private long _beganNs = -1;
    private long _heardNs;
    private long _segments;
    private long _receivedBytes;

    private SimulatedTransfer(Agenda agenda, TransferSpec spec, ConnectionEnd sender, ConnectionEnd receiver)
    {
        (_agenda, _spec, _sender, _receiver) = (agenda, spec, sender, receiver);
        _content = new SeededContent(spec.Seed);
        _heardNs = agenda.NowNs;
    }

    /// <summary>Bytes received so far; may be read from any thread.</summary>
    internal long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>What came of it; null while it runs.</summary>
    internal TransferResult? Result { get; private set; }

    private long SentBytes => _segments * Segment.Size;

    /// <summary>Begins to send as soon as the connection is there.</summary>
    internal static SimulatedTransfer Start(Agenda agenda, TransferSpec spec, ConnectionEnd sender, ConnectionEnd receiver)
    {
        var transfer = new SimulatedTransfer(agenda, spec, sender, receiver);
        receiver.Received = transfer.HandleReceived;
        transfer.Feed();
        transfer.Watch();
        return transfer;
    }

    public void Dispose()
    {
        _sent.Dispose();
        _received.Dispose();
    }

    private void Feed()
    {
        if (Result is not null)
        {
            return;
        }

        if (_sender.IsEstablished)
        {
            _beganNs = _beganNs < 0 ? _agenda.NowNs : _beganNs;
            var elapsed = TimeSpan.FromMicroseconds((_agenda.NowNs - _beganNs) / 1e3);
            if (elapsed >= _spec.Duration || SentBytes >= _spec.MaxBytes)
            {
                _sender.Write(new Segment(_segments, []));
                return;
            }

            while (MayWrite(elapsed))
            {
                Write();
            }
        }

        _agenda.After(Turn, Feed);
    }

    private bool MayWrite(TimeSpan elapsed) => SentBytes < _spec.MaxBytes && _sender.Unsent < SocketLimit
        && (_spec.BitsPerSecond == 0 || SentBytes * 8 <= _spec.BitsPerSecond * elapsed.TotalSeconds);

    private void Write()
    {
        var data = new byte[Segment.Size];
        _content.Fill(data);
        _sent.AppendData(data);
        _sender.Write(new Segment(_segments++, data));
    }

    private void HandleReceived(Segment segment)
    {
        if (Result is not null)
        {
            return;
        }

        var nowUs = _agenda.NowNs / 1000;
        _heardNs = _agenda.NowNs;
        _gaps.HandleReceive(nowUs);
        if (segment.IsEnd)
        {
            Finish(failure: null);
            return;
        }

        _goodput.HandleReceive(nowUs, segment.Data.Length);
        _received.AppendData(segment.Data.Span);
        Volatile.Write(ref _receivedBytes, _receivedBytes + segment.Data.Length);
    }

    private void Watch()
    {
        if (Result is not null)
        {
            return;
        }

        if (TimeSpan.FromMicroseconds((_agenda.NowNs - _heardNs) / 1e3) > _spec.StallLimit)
        {
            Finish(FormattableString.Invariant($"receiver: nothing came for {_spec.StallLimit.TotalSeconds} s"));
            return;
        }

        _agenda.After(WatchEvery, Watch);
    }

    private void Finish(string? failure)
    {
        Result = new TransferResult(
            SentBytes, ReceivedBytes, Hex(_sent), Hex(_received), _gaps, _goodput, IsMptcp: true, failure);
        _sender.Close();
        _receiver.Close();
    }

    private static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
