using Multipath.Lab.Traffic;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>A program that sends seeded content over a simulated connection, and one that receives it.</summary>
internal sealed class SimulatedTransfer : IDisposable
{
    private readonly SendingProgram _sender;
    private readonly ReceivingProgram _receiver;

    /// <param name="spec">What to transfer.</param>
    /// <param name="sending">The stack at the sender's end.</param>
    /// <param name="receiving">The stack at the receiver's end.</param>
    /// <param name="now">The time.</param>
    internal SimulatedTransfer(TransferSpec spec, Stack sending, Stack receiving, Instant now)
    {
        _sender = new SendingProgram(sending, spec);
        _receiver = new ReceivingProgram(receiving, spec.StallLimit, now);
    }

    /// <summary>The end with the content.</summary>
    internal SimulatedProgram Sender => _sender;

    /// <summary>The end without.</summary>
    internal SimulatedProgram Receiver => _receiver;

    /// <summary>Bytes received so far; may be read from any thread.</summary>
    internal long ReceivedBytes => _receiver.Bytes;

    /// <summary>What came of it; null while it runs.</summary>
    internal TransferResult? Result => _receiver.Outcome is { } outcome
        ? new TransferResult(
            _sender.Bytes, _receiver.Bytes, _sender.Hash, _receiver.Hash, _receiver.Gaps, _receiver.Goodput, outcome.IsMultipath,
            outcome.Failure)
        : null;

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
