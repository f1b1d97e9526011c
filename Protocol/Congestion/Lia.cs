namespace Multipath.Protocol.Congestion;

/// <summary>The Linked Increases Algorithm (RFC 6356): all subflows together take what one TCP would take on the best path, and each no
/// more than a TCP on its own path.</summary>
/// <remarks>
/// For each ACK the window grows by <c>min(α · acked · mss / total, acked · mss / window)</c> with <c>α = total · max(w / rtt²) / (Σ w /
/// rtt)²</c> (section 3). On losses each subflow halves, as it would alone.
/// </remarks>
/// <param name="group">The group of the connection.</param>
public sealed class Lia(CoupledGroup group) : CoupledControl(group)
{
    /// <inheritdoc/>
    public override string Name => "lia";

    private protected override double Increase(int acked, int mss)
    {
        double total = Group.TotalWindow;
        double alone = (double)acked * mss / Window;
        return total > 0 ? Math.Min(Group.Alpha * acked * mss / total, alone) : alone;
    }
}
