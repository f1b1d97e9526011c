namespace Multipath.Protocol.Congestion;

/// <summary>The windows of one connection's subflows that grow together. A coupled control joins its group as it is made.</summary>
/// <remarks>Sums are over the members that have measured a round trip: the others send nothing that could be compared.</remarks>
public sealed class CoupledGroup
{
    private readonly List<CoupledControl> _members = [];
    private double _alpha;
    private bool _isStale = true;

    /// <summary>Subflows in the group.</summary>
    public int Count => _members.Count;

    internal IReadOnlyList<CoupledControl> Members => _members;

    /// <summary>The windows together, bytes.</summary>
    internal double TotalWindow
    {
        get
        {
            double total = 0;
            foreach (CoupledControl member in _members)
            {
                total += member.HasRtt ? member.Window : 0;
            }

            return total;
        }
    }

    /// <summary>The rates together: the sum of window over round-trip time, bytes per second.</summary>
    internal double TotalRate
    {
        get
        {
            double total = 0;
            foreach (CoupledControl member in _members)
            {
                total += member.HasRtt ? member.Window / member.RttSeconds : 0;
            }

            return total;
        }
    }

    /// <summary>LIA's alpha (RFC 6356 section 3), computed anew when a window or a round-trip time has changed (section 4.1).</summary>
    internal double Alpha
    {
        get
        {
            if (_isStale)
            {
                _alpha = ComputeAlpha();
                _isStale = false;
            }

            return _alpha;
        }
    }

    /// <summary>A subflow is gone: it does not hold the others back any more.</summary>
    /// <param name="control">Its control; one that is not in the group is ignored.</param>
    public void Remove(ICongestionControl control)
    {
        if (control is CoupledControl member && _members.Remove(member))
        {
            HandleChange();
        }
    }

    internal void Add(CoupledControl member)
    {
        _members.Add(member);
        HandleChange();
    }

    /// <summary>A window or a round-trip time has changed.</summary>
    internal void HandleChange() => _isStale = true;

    private double ComputeAlpha()
    {
        double best = 0;
        foreach (CoupledControl member in _members)
        {
            if (member.HasRtt)
            {
                best = Math.Max(best, member.Window / (member.RttSeconds * member.RttSeconds));
            }
        }

        double rate = TotalRate;
        return rate > 0 ? TotalWindow * best / (rate * rate) : 1;
    }
}
