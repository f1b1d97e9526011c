using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>What is to be done with a subflow after a segment.</summary>
internal enum VerdictKind
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Reset the subflow.</summary>
    Reset,

    /// <summary>The peer, or the path, does not speak Multipath TCP: go on as plain TCP.</summary>
    FallBack,

    /// <summary>A mapping's checksum was wrong.</summary>
    ChecksumFailed,

    /// <summary>The peer reports a checksum that was wrong.</summary>
    FailReported,

    /// <summary>The peer ends the whole connection.</summary>
    FastClosed,
}

/// <summary>A verdict and what belongs to it.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Reason">What our RST says.</param>
internal readonly record struct Verdict(VerdictKind Kind, ResetReason Reason = ResetReason.Unspecified)
{
    /// <summary>Nothing is to be done.</summary>
    public static Verdict Continue => default;

    /// <summary>Reset the subflow for a reason.</summary>
    public static Verdict Reset(ResetReason reason) => new(VerdictKind.Reset, reason);
}
