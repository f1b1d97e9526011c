using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Measures subflows of several queues' stacks: asks each for all, of which it finds its own. For one thread.</summary>
internal sealed class JoinedProbe(ImmutableArray<TunProbe> probes) : ISubflowProbe
{
    private SubflowReading[] _readings = [];

    public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
    {
        if (_readings.Length < subflows.Length)
        {
            _readings = new SubflowReading[subflows.Length];
        }

        readings[..subflows.Length].Clear();
        foreach (var probe in probes)
        {
            probe.Read(subflows, _readings);
            for (var i = 0; i < subflows.Length; i++)
            {
                readings[i] = _readings[i].Found ? _readings[i] : readings[i];
            }
        }
    }

    public void Dispose()
    {
        foreach (var probe in probes)
        {
            probe.Dispose();
        }
    }
}
