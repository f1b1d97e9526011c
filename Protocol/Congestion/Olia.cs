namespace Multipath.Protocol.Congestion;

/// <summary>
/// The Opportunistic Linked Increases Algorithm (Khalili, Gast, Popovic, Le Boudec: "MPTCP is not Pareto-optimal", CoNEXT 2012; mptcp.org
/// mptcp_olia.c): as friendly as LIA, but without traffic on congested paths that a better one could carry.
/// </summary>
/// <remarks>
/// For each ACK the window moves by <c>((w / rtt²) / (Σ w / rtt)² + α / w) · acked · mss</c>. With ℓ the larger of the bytes delivered
/// since the last loss and between the last two, B the paths with the highest <c>ℓ / rtt²</c> (they would give a TCP the most) and M
/// those with the largest window: if some path is in B and not in M, then α is 1 / (n |B \ M|) for those, -1 / (n |M|) for M, and else 0.
/// All α sum to 0: window moves from M to B.
/// </remarks>
/// <param name="group">The group of the connection.</param>
public sealed class Olia(CoupledGroup group) : CoupledControl(group)
{
    private long _sinceLoss;
    private long _betweenLosses;

    /// <inheritdoc/>
    public override string Name => "olia";

    /// <summary>What this path has delivered between losses: the larger of the last two intervals, bytes.</summary>
    internal long LossInterval => Math.Max(_sinceLoss, _betweenLosses);

    /// <summary>
    /// With other paths to send on, a bad one may fall to one segment (draft-khalili-mptcp-congestion-control section 2).
    /// </summary>
    private protected override int LeastSegments => Group.Count > 1 ? 1 : base.LeastSegments;

    /// <summary>The paper's α of this path now.</summary>
    internal double Shift()
    {
        double largest = 0;
        double best = 0;
        int paths = 0;
        foreach (CoupledControl member in Group.Members)
        {
            if (member.HasRtt)
            {
                paths++;
                largest = Math.Max(largest, member.Window);
                best = Math.Max(best, Promise(member));
            }
        }

        int inLargest = 0;
        int inBestOnly = 0;
        foreach (CoupledControl member in Group.Members)
        {
            if (member.HasRtt)
            {
                inLargest += member.Window >= largest ? 1 : 0;
                inBestOnly += member.Window < largest && Promise(member) >= best ? 1 : 0;
            }
        }

        if (inBestOnly == 0)
        {
            return 0;
        }

        return Window >= largest ? -1.0 / (paths * inLargest) : Promise(this) >= best ? 1.0 / (paths * inBestOnly) : 0;
    }

    private protected override double Increase(int acked, int mss)
    {
        double rate = Group.TotalRate;
        double linked = rate > 0 ? Window / (RttSeconds * RttSeconds) / (rate * rate) : 1.0 / Window;
        return (linked + (Shift() / Window)) * acked * mss;
    }

    private protected override void HandleDelivered(int bytes) => _sinceLoss += bytes;

    private protected override void HandleLossEvent()
    {
        _betweenLosses = _sinceLoss;
        _sinceLoss = 0;
    }

    /// <summary>ℓ / rtt²: grows with the square of the rate that a TCP would have on the path.</summary>
    private static double Promise(CoupledControl member) =>
        member is Olia path ? path.LossInterval / (path.RttSeconds * path.RttSeconds) : 0;
}
