namespace Multipath.Protocol.Subflows;

/// <summary>How a sender stands towards loss.</summary>
public enum RecoveryPhase
{
    /// <summary>Nothing is lost as far as is known.</summary>
    Open,

    /// <summary>Fast recovery (RFC 5681 section 3.2, RFC 6675, RFC 8985): a loss was found by what arrived behind it.</summary>
    FastRecovery,

    /// <summary>A retransmission timeout came, slow start repairs what was outstanding.</summary>
    Timeout,
}
