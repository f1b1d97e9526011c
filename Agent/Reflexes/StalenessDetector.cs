namespace Multipath.Agent.Reflexes;

/// <summary>
/// Sees a subflow that the peer has closed without this end hearing of it (its reset was lost): nothing comes on it, not even an
/// acknowledgement, while the connection receives on others. Pure, one for each path of a connection, so that patience outlasts the
/// subflows.
/// </summary>
internal sealed class StalenessDetector
{
    /// <summary>Longer than any round trip, shorter than a person's patience.</summary>
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <summary>A subflow that is quiet because the peer's scheduler prefers another is not made again all the time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Less than this on the others in all that time proves nothing about the peer's wish to send.</summary>
    private const ulong LeastBytesOnOthers = 64 * 1024;

    /// <summary>The kernel's ages are in ticks; a later moment than this is a new sign of life.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private TimeSpan _patience = First;
    private DateTimeOffset? _heardAt;
    private ulong _received;
    private ulong _othersAtStart;

    /// <summary>Takes one measurement.</summary>
    /// <param name="sample">Of the subflow.</param>
    /// <param name="receivedOnOthers">Bytes received on the connection's other subflows; never falls.</param>
    /// <param name="now">When it was taken.</param>
    /// <returns>True when the subflow is to be made again.</returns>
    public bool Observe(in SubflowSample sample, ulong receivedOnOthers, DateTimeOffset now)
    {
        var heardAt = now - TimeSpan.FromMilliseconds(Math.Min(sample.LastAckMs, sample.LastDataReceivedMs));
        if (_heardAt is not { } before || heardAt > before + Tick)
        {
            if (_heardAt is not null && sample.BytesReceived > _received)
            {
                _patience = First;
            }

            (_heardAt, _received, _othersAtStart) = (heardAt, sample.BytesReceived, receivedOnOthers);
            return false;
        }

        if (now - before < _patience || receivedOnOthers < _othersAtStart + LeastBytesOnOthers)
        {
            return false;
        }

        _patience = _patience * 2 > Limit ? Limit : _patience * 2;
        _heardAt = null;
        return true;
    }
}
