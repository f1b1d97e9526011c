using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>The timestamps of a subflow and the protection against wrapped sequence numbers (RFC 7323 sections 3 to 5).</summary>
internal sealed class Timestamps(uint offset)
{
    private const long MicrosPerTick = 1_000;

    // RFC 7323 section 5.5: after so long without a segment the peer's clock may have wrapped.
    private static readonly Duration Lifetime = Duration.FromSeconds(24L * 24 * 3600);
    private uint _recent;
    private Instant _recentAt;
    private bool _hasRecent;

    /// <summary>Whether both ends agreed on timestamps.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>Our clock: milliseconds from an offset.</summary>
    public uint Value(Instant now) => Value(offset, now);

    /// <summary>A clock of ours: milliseconds from an offset.</summary>
    public static uint Value(uint offset, Instant now) => unchecked(offset + (uint)(now.Micros / MicrosPerTick));

    /// <summary>The option of a segment that is sent now.</summary>
    public TcpTimestamps Option(Instant now) => new(Value(now), _recent);

    /// <summary>How long ago a value of ours was sent, to the clock's grain.</summary>
    public Duration Since(uint echo, Instant now) => Duration.FromMicros(unchecked((int)(Value(now) - echo)) * MicrosPerTick);

    /// <summary>Whether a value of ours was sent before some time.</summary>
    public bool IsOlder(uint echo, Instant than) => unchecked((int)(echo - Value(than))) < 0;

    /// <summary>Whether a segment is older than one that came before (section 5.3, R1).</summary>
    public bool IsOld(TcpTimestamps? option, Instant now) =>
        IsEnabled && _hasRecent && option is { } value && unchecked((int)(value.Value - _recent)) < 0 && now - _recentAt < Lifetime;

    /// <summary>Remembers what to echo: the value of the segment that the last ACK sent was waiting for (section 4.3).</summary>
    public void HandleSegment(in TcpTimestamps? option, Seq32 seq, Seq32 lastAckSent, Instant now)
    {
        if (option is { } value && seq <= lastAckSent && (!_hasRecent || !IsOld(value, now)))
        {
            _recent = value.Value;
            _recentAt = now;
            _hasRecent = true;
        }
    }

    /// <summary>Whether a SYN's timestamp is newer than all of this connection's (RFC 6191).</summary>
    public bool IsNewer(TcpTimestamps? option) => _hasRecent && option is { } value && unchecked((int)(value.Value - _recent)) > 0;
}
