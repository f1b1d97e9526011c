using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using FourTuple = Multipath.Protocol.Primitives.FourTuple;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Says what a stack holds in the words of the loop. No IO.</summary>
internal static class PlaneReader
{
    /// <summary>The stack's bound on subflows of a connection, with room for those that are on their way out.</summary>
    internal const int SubflowLimit = 32;

    private const long MicrosPerMilli = 1000;

    private const string Known = "there is such a subflow already";

    /// <summary>All connections of Multipath TCP. Called by whoever drives the stack.</summary>
    internal static PlaneSnapshot Snapshot(HeldConnections connections, Instant now)
    {
        var subflows = new SubflowInfo[SubflowLimit];
        var held = ImmutableArray.CreateBuilder<PlaneConnection>(connections.Held.Count);
        foreach (var id in connections.Held)
        {
            if (connections.Stack.TryGetInfo(id, out var info) && info.IsMultipath)
            {
                var taken = subflows.AsSpan(0, connections.Stack.GetSubflows(id, subflows));
                held.Add(new PlaneConnection(info.Token, info.ServerSide, Convert(info.Tuple), 0, Convert(taken, now)));
            }
        }

        return new PlaneSnapshot(held.ToImmutable());
    }

    /// <summary>One subflow's measurements, as the kernel's sock_diag gives them.</summary>
    internal static SubflowSample Sample(in SubflowInfo info, Instant now) => new()
    {
        UnackedSegments = info.Outstanding > 0 ? (uint)((info.Outstanding + info.Mss - 1) / info.Mss) : 0,
        LastAckMs = Age(info.LastHeard, now),
        LastDataSentMs = Age(info.LastDataSent, now),
        LastDataReceivedMs = Age(info.LastDataReceived, now),
        RttUs = Micros(info.Srtt),
        MinRttUs = info.MinRtt == default ? uint.MaxValue : Micros(info.MinRtt),
        RttVarUs = Micros(info.RttVar),
        BytesAcked = (ulong)info.BytesAcknowledged,
        BytesSent = (ulong)info.BytesSent,
        BytesReceived = (ulong)info.BytesReceived,
        BytesRetransmitted = (ulong)info.BytesRetransmitted,
        DeliveryBytesPerSecond = (ulong)info.DeliveryRate,
    };

    /// <summary>A command's answer; null for success.</summary>
    /// <param name="operation">What was tried.</param>
    /// <param name="result">How it went.</param>
    /// <param name="invalid">What <see cref="PmResult.Invalid"/> means of it, in words.</param>
    /// <param name="exists">What <see cref="PmResult.Exists"/> means of it, in words.</param>
    internal static KernelError? Error(string operation, PmResult result, string invalid = "", string exists = Known) => result switch
    {
        PmResult.Ok => null,
        PmResult.UnknownConnection => Refusal(operation, Errno.NoSuchProcess, "no connection has that token"),
        PmResult.NotMultipath => Refusal(operation, Errno.Invalid, "the connection is plain TCP"),
        PmResult.NotReady => Refusal(operation, Errno.NotConnected, "the connection is not established, or is closing"),
        PmResult.AddressNotLocal => Refusal(operation, Errno.AddressNotAvailable, "the stack does not have the address"),
        PmResult.Exists => Refusal(operation, Errno.AddressInUse, exists),
        PmResult.UnknownSubflow => Refusal(operation, Errno.NoSuchProcess, "there is no such subflow"),
        PmResult.UnknownAddress => Refusal(operation, Errno.Invalid, "no address has that id"),
        PmResult.LimitReached => Refusal(operation, Errno.NoSpace, "a bound of the stack was reached"),
        PmResult.Prohibited => Refusal(operation, Errno.Invalid, "the peer asked for no joins to that address"),
        _ => Refusal(operation, Errno.Invalid, invalid),
    };

    internal static Kernel.FourTuple Convert(in FourTuple tuple)
    {
        var (local, remote) = (tuple.Local, tuple.Remote);
        return new Kernel.FourTuple(local.Address.ToIPAddress(), local.Port, remote.Address.ToIPAddress(), remote.Port);
    }

    internal static FourTuple Convert(in Kernel.FourTuple tuple) => new(
        new Endpoint(IpAddr.From(tuple.LocalAddress), tuple.LocalPort), new Endpoint(IpAddr.From(tuple.RemoteAddress), tuple.RemotePort));

    private static ImmutableArray<PlaneSubflow> Convert(ReadOnlySpan<SubflowInfo> subflows, Instant now)
    {
        var held = ImmutableArray.CreateBuilder<PlaneSubflow>(subflows.Length);
        foreach (ref readonly var one in subflows)
        {
            // What is neither established nor on its way out is a join under way.
            if (!one.Closing)
            {
                held.Add(new PlaneSubflow(Convert(one.Tuple), one.LocalId, one.RemoteId, one.Backup, one.Established, Sample(one, now)));
            }
        }

        return held.DrainToImmutable();
    }

    private static KernelError Refusal(string operation, int errno, string text) => new(operation, errno, text);

    /// <summary>What never happened is as old as can be.</summary>
    private static uint Age(Instant then, Instant now) =>
        then == default ? uint.MaxValue : (uint)Math.Clamp((now - then).Micros / MicrosPerMilli, 0, uint.MaxValue);

    private static uint Micros(Duration duration) => (uint)Math.Clamp(duration.Micros, 0, uint.MaxValue);
}
