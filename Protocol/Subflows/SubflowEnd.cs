namespace Multipath.Protocol.Subflows;

/// <summary>Why a subflow is in <see cref="SubflowState.Closed"/>.</summary>
public enum SubflowEnd
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Both ends closed it.</summary>
    Finished,

    /// <summary>The peer sent an acceptable RST.</summary>
    Reset,

    /// <summary>The peer answered the SYN with RST.</summary>
    Refused,

    /// <summary>Aborted at this end.</summary>
    Aborted,

    /// <summary>No SYN was answered.</summary>
    HandshakeTimedOut,

    /// <summary>Data, probes or keepalives were not answered.</summary>
    TimedOut,
}
