using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>A subflow that is there, or being connected by the peer.</summary>
/// <param name="Tuple">Its ends, as commands need them.</param>
/// <param name="LocalId">Address id at this end.</param>
/// <param name="RemoteId">Address id at the peer's end.</param>
/// <param name="Backup">This end asked for backup.</param>
/// <param name="Silent">The blackhole reflex fired on it and it could not be closed.</param>
internal sealed record TrackedSubflow(FourTuple Tuple, byte LocalId, byte RemoteId, bool Backup, bool Silent = false);

/// <summary>A subflow that this agent began and that is not there yet; its local port is the kernel's secret.</summary>
/// <param name="Path">The local path.</param>
/// <param name="LocalId">Its address id.</param>
/// <param name="Remote">The peer's end.</param>
/// <param name="Backup">As a backup.</param>
/// <param name="Since">When it was begun.</param>
internal sealed record PendingSubflow(PathKey Path, byte LocalId, IPEndPoint Remote, bool Backup, DateTimeOffset Since);

/// <summary>A connection as the loop knows it.</summary>
internal sealed class TrackedConnection(uint token, bool serverSide, FourTuple initial)
{
    /// <summary>More than the kernel allows; bounds what a hostile peer can cost.</summary>
    private const int RemoteAddressLimit = 16;

    public uint Token { get; } = token;

    public bool ServerSide { get; } = serverSide;

    public FourTuple Initial { get; } = initial;

    /// <summary>The peer takes no further subflow to the address and port of the first.</summary>
    public bool RefusesInitial { get; set; }

    /// <summary>Further subflows are allowed.</summary>
    public bool Established { get; set; }

    /// <summary>It takes our commands; false for one that the kernel manages, and then nothing touches it.</summary>
    public bool Steerable { get; set; }

    /// <summary>The program that owns it; null while nobody asked.</summary>
    public string? Process { get; set; }

    /// <summary>The name of its class in the plan in force; empty for none, and then nothing touches it.</summary>
    public string TrafficClass { get; set; } = "";

    /// <summary>The packet scheduler that was chosen for it last; null for the data plane's usual one.</summary>
    public string? Scheduler { get; set; }

    public Dictionary<FourTuple, TrackedSubflow> Subflows { get; } = [];

    public List<PendingSubflow> Pending { get; } = [];

    /// <summary>Closed by this agent, their SUB_CLOSED still to come; else it would be taken for that of a pending subflow.</summary>
    public HashSet<FourTuple> Closing { get; } = [];

    /// <summary>Of those the ones whose SUB_ESTABLISHED had not come: if it comes yet, it is of a subflow that is no more.</summary>
    public HashSet<FourTuple> Abandoned { get; } = [];

    public SortedDictionary<byte, RemoteAddress> RemoteAddresses { get; } = [];

    public void AddRemote(byte id, IPEndPoint end)
    {
        if (RemoteAddresses.Count < RemoteAddressLimit || RemoteAddresses.ContainsKey(id))
        {
            RemoteAddresses[id] = new RemoteAddress(id, end);
        }
    }

    /// <summary>The subflow that a plan means by these ends.</summary>
    public TrackedSubflow? Find(IPEndPoint local, IPEndPoint remote) =>
        Subflows.Values.FirstOrDefault(one => Plain(one.Tuple.Local).Equals(local) && Plain(one.Tuple.Remote).Equals(remote));

    /// <summary>The subflows from this address.</summary>
    public IEnumerable<TrackedSubflow> From(IPAddress local) => Subflows.Values.Where(one => Plain(one.Tuple.LocalAddress).Equals(local));

    /// <summary>The connection as Realise takes it: addresses plain, begun subflows with local port 0.</summary>
    public ConnectionState ToState()
    {
        var there = Subflows.Values.Select(one => new SubflowState(
            Plain(one.Tuple.Local), Plain(one.Tuple.Remote), one.LocalId, one.RemoteId, true, one.Backup, one.Silent));
        var begun = Pending.Select(one => new SubflowState(
            new IPEndPoint(one.Path.Address, 0), one.Remote, one.LocalId, 0, false, one.Backup));
        return new ConnectionState(
            Token,
            ServerSide,
            Plain(Initial.Local),
            Plain(Initial.Remote),
            there.Concat(begun).Order(SubflowOrder.Instance).ToEquatableArray(),
            RemoteAddresses.Values.ToEquatableArray(),
            RefusesInitial);
    }

    /// <summary>IPv4 as IPv4: a dual-stack socket's addresses are mapped, a plan's are not.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <inheritdoc cref="Plain(IPAddress)"/>
    public static IPEndPoint Plain(IPEndPoint end) =>
        end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;

    private sealed class SubflowOrder : IComparer<SubflowState>
    {
        public static SubflowOrder Instance { get; } = new();

        public int Compare(SubflowState? x, SubflowState? y)
        {
            var local = Compare(x!.Local, y!.Local);
            return local != 0 ? local : Compare(x.Remote, y.Remote);
        }

        private static int Compare(IPEndPoint x, IPEndPoint y)
        {
            var address = x.Address.GetAddressBytes().AsSpan().SequenceCompareTo(y.Address.GetAddressBytes());
            return address != 0 ? address : x.Port.CompareTo(y.Port);
        }
    }
}
