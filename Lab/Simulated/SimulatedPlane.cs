using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated host's MPTCP as an agent's data plane.</summary>
internal sealed class SimulatedPlane(SharedWorld shared, string host) : IDataPlane
{
    private readonly HostCommands _commands = shared.Do(world => world.Commands(host));

    public ChannelReader<MptcpEvent> Events { get; } = shared.Do(world => world.Host(host).Events);

    public PlaneSnapshot Snapshot() => shared.Do(_ => _commands.Snapshot());

    public bool IsSteerable(uint token) => shared.Do(_ => _commands.IsSteerable(token));

    public KernelError? Create(uint token, PmAddress local, PmAddress remote) =>
        shared.Do(_ => _commands.Create(token, local, remote));

    public KernelError? Destroy(uint token, in FourTuple subflow)
    {
        var tuple = subflow;
        return shared.Do(_ => _commands.Destroy(token, tuple));
    }

    public KernelError? SetBackup(uint token, in FourTuple subflow, bool backup)
    {
        var tuple = subflow;
        return shared.Do(_ => _commands.SetBackup(token, tuple, backup));
    }

    public KernelError? Announce(uint token, IPAddress address, byte id) => shared.Do(_ => _commands.Announce(token, address, id));

    public KernelError? Withdraw(uint token, byte localId) => shared.Do(_ => _commands.Withdraw(token, localId));

    /// <summary>None: no program of this machine owns a simulated socket.</summary>
    public IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes) => ImmutableDictionary<uint, string>.Empty;

    /// <summary>None: they are the kernel's.</summary>
    public ImmutableSortedDictionary<string, ulong> Counters() => ImmutableSortedDictionary<string, ulong>.Empty;

    public ISubflowProbe OpenProbe() => new Probe(shared, _commands);

    public void Dispose()
    {
        // The world belongs to the lab.
    }

    private sealed class Probe(SharedWorld shared, HostCommands commands) : ISubflowProbe
    {
        public void Read(ReadOnlySpan<FourTuple> subflows, Span<SubflowReading> readings)
        {
            for (var i = 0; i < subflows.Length; i++)
            {
                var tuple = subflows[i];
                readings[i] = shared.Do(_ => new SubflowReading(commands.TryRead(tuple, out var read), read));
            }
        }

        public void Dispose()
        {
            // Nothing of its own.
        }
    }
}
