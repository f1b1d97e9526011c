using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Verbs;

/// <summary>An event as a person or a program reads it. Fields that do not apply are null and left out of the JSON.</summary>
internal sealed record EventView(string Kind, string? Token = null, string? Local = null, string? Remote = null, int? LocalId = null,
    int? RemoteId = null, bool? Backup = null, bool? ServerSide = null, string? Error = null, uint? ResetReason = null,
    string Plane = ConnectionView.Kernel)
{
    internal const string SubflowEstablished = "subflow-established";
    internal const string SubflowClosed = "subflow-closed";

    /// <summary>One of a userspace stack.</summary>
    internal static EventView Of(MptcpEvent value, string plane) => Of(value) with { Plane = plane };

    internal static EventView Of(MptcpEvent value) => value switch
    {
        MptcpEvent.Created e => Connection("created", e.Token, e.Initial, e.ServerSide),
        MptcpEvent.Established e => Connection("established", e.Token, e.Initial, e.ServerSide),
        MptcpEvent.Closed e => new EventView("closed", Values.Hex(e.Token)),
        MptcpEvent.Announced e =>
            new EventView("announced", Values.Hex(e.Token), Remote: FourTuple.Show(e.Address, e.Port), RemoteId: e.RemoteId),
        MptcpEvent.Removed e => new EventView("removed", Values.Hex(e.Token), RemoteId: e.RemoteId),
        MptcpEvent.SubflowEstablished e => Subflow(SubflowEstablished, e.Token, e.Subflow),
        MptcpEvent.SubflowClosed e => Subflow(SubflowClosed, e.Token, e.Subflow) with
        {
            Error = e.Error == 0 ? null : Errno.Name(e.Error),
            ResetReason = e.ResetReason,
        },
        MptcpEvent.SubflowPriority e => Subflow("subflow-priority", e.Token, e.Subflow),
        MptcpEvent.ListenerCreated e => new EventView("listener-created", Local: FourTuple.Show(e.Address, e.Port)),
        MptcpEvent.ListenerClosed e => new EventView("listener-closed", Local: FourTuple.Show(e.Address, e.Port)),
        _ => new EventView("overrun"),
    };

    /// <summary>One line: the kind, then what applies.</summary>
    internal string Line()
    {
        var ends = (Local, Remote) switch
        {
            ({ } local, { } remote) => $"{local} -> {remote}",
            var (local, remote) => local ?? remote,
        };
        string?[] parts =
        [
            Kind.PadRight(20),
            Plane == ConnectionView.Kernel ? null : Plane,
            Token,
            ends,
            LocalId is null ? RemoteId is null ? null : $"id {RemoteId}" : $"ids {LocalId}/{RemoteId}",
            Backup is true ? "backup" : null,
            ServerSide is true ? "server" : null,
            Error,
            ResetReason is null ? null : $"reset reason {ResetReason}",
        ];
        return string.Join(' ', parts.Where(p => p is not null)).TrimEnd();
    }

    private static EventView Connection(string kind, uint token, in FourTuple tuple, bool serverSide) => new(
        kind, Values.Hex(token), FourTuple.Show(tuple.LocalAddress, tuple.LocalPort),
        FourTuple.Show(tuple.RemoteAddress, tuple.RemotePort), ServerSide: serverSide);

    private static EventView Subflow(string kind, uint token, in SubflowFacts facts) => new(
        kind, Values.Hex(token), FourTuple.Show(facts.Tuple.LocalAddress, facts.Tuple.LocalPort),
        FourTuple.Show(facts.Tuple.RemoteAddress, facts.Tuple.RemotePort), facts.LocalId, facts.RemoteId, facts.Backup);
}
