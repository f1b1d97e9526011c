using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Protocol.Primitives;
using SubflowSocket = Multipath.Agent.DataPlanes.Kernel.SubflowSocket;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated host's stack as an agent reaches it: under the world's lock, at the world's time.</summary>
internal sealed class SimulatedAccess(SharedWorld shared, string host) : IStackAccess
{
    public T Ask<T>(Func<HeldConnections, Instant, T> question) => shared.Do(world => world.Do(host, question));

    public ISubflowProbe OpenProbe() => new Probe(shared, host);

    /// <summary>None: they are those of a device.</summary>
    public ImmutableSortedDictionary<string, ulong> Counters() => ImmutableSortedDictionary<string, ulong>.Empty;

    public void Dispose()
    {
        // The world belongs to the lab.
    }

    private sealed class Probe(SharedWorld shared, string host) : ISubflowProbe
    {
        public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
        {
            for (var i = 0; i < subflows.Length; i++)
            {
                var tuple = PlaneReader.Convert(subflows[i].Tuple);
                readings[i] = shared.Do(world => world.Host(host).Connections.Stack.Paths.TryGetSubflow(tuple, out var info)
                    ? new SubflowReading(true, PlaneReader.Sample(info, world.Now))
                    : default);
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
