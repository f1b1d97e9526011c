using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Connection;

/// <summary>What the connection asks of a subflow's state.</summary>
internal static class SubflowStates
{
    /// <summary>Closed, or only there to answer late segments.</summary>
    public static bool IsOver(this SubflowState state) => state is SubflowState.Closed or SubflowState.TimeWait;

    /// <summary>The handshake is not complete.</summary>
    public static bool IsOpening(this SubflowState state) => state is SubflowState.SynSent or SubflowState.SynReceived;
}
