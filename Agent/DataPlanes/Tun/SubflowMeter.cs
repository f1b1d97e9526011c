using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Finds subflows of a stack by their ends and measures them; remembers whose they are. Called by whoever drives the stack.
/// </summary>
internal sealed class SubflowMeter(HeldConnections connections)
{
    /// <summary>Subflows whose connection is remembered; past it all are searched for again.</summary>
    private const int OwnerLimit = 4096;

    private readonly SubflowInfo[] _subflows = new SubflowInfo[PlaneReader.SubflowLimit];
    private readonly Dictionary<FourTuple, ConnectionId> _owners = [];

    /// <summary>Measures one; not found when it is gone.</summary>
    internal SubflowReading Measure(in FourTuple wanted, Instant now)
    {
        if (_owners.TryGetValue(wanted, out var owner))
        {
            if (TryMeasure(owner, wanted, now, out var sample))
            {
                return new SubflowReading(true, sample);
            }

            _owners.Remove(wanted);
            return default;
        }

        return Search(wanted, now);
    }

    /// <summary>Once for each subflow.</summary>
    private SubflowReading Search(in FourTuple wanted, Instant now)
    {
        foreach (var connection in connections.Held)
        {
            if (TryMeasure(connection, wanted, now, out var sample))
            {
                if (_owners.Count == OwnerLimit)
                {
                    _owners.Clear();
                }

                _owners[wanted] = connection;
                return new SubflowReading(true, sample);
            }
        }

        return default;
    }

    private bool TryMeasure(ConnectionId connection, in FourTuple wanted, Instant now, out SubflowSample sample)
    {
        foreach (ref readonly var one in _subflows.AsSpan(0, connections.Stack.GetSubflows(connection, _subflows)))
        {
            if (one.Tuple == wanted)
            {
                sample = PlaneReader.Sample(one, now);
                return true;
            }
        }

        sample = default;
        return false;
    }
}
