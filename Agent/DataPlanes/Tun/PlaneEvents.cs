using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>The stack's events in the words of the kernel's, for the loop to read. Written by the threads of the queues.</summary>
/// <param name="limit">Events that wait; past it they are dropped, and the reader is told to read anew.</param>
internal sealed class PlaneEvents(int limit) : IStackObserver
{
    private readonly Channel<MptcpEvent> _events = Channel.CreateBounded<MptcpEvent>(
        new BoundedChannelOptions(limit) { SingleReader = true });

    private readonly Lock _gate = new();
    private bool _lost;

    internal ChannelReader<MptcpEvent> Reader => _events.Reader;

    public void HandleEvent(in StackEvent happened)
    {
        lock (_gate)
        {
            Write(happened);
        }
    }

    /// <summary>The same thing as the kernel would say it; null for what the kernel does not tell.</summary>
    internal static MptcpEvent? Convert(in StackEvent happened) => happened.Kind switch
    {
        StackEventKind.Created => new MptcpEvent.Created(
            happened.Token, PlaneReader.Convert(happened.Tuple), happened.ServerSide, happened.DenyJoinInitial),
        StackEventKind.Established => new MptcpEvent.Established(
            happened.Token, PlaneReader.Convert(happened.Tuple), happened.ServerSide, happened.DenyJoinInitial),
        StackEventKind.Closed => new MptcpEvent.Closed(happened.Token),
        StackEventKind.Announced => new MptcpEvent.Announced(
            happened.Token, happened.RemoteId, happened.Tuple.Remote.Address.ToIPAddress(), happened.Tuple.Remote.Port),
        StackEventKind.Removed => new MptcpEvent.Removed(happened.Token, happened.RemoteId),
        StackEventKind.SubflowEstablished => new MptcpEvent.SubflowEstablished(happened.Token, Facts(happened)),
        StackEventKind.SubflowClosed => new MptcpEvent.SubflowClosed(
            happened.Token, Facts(happened), ErrorOf(happened.Reason), happened.ResetReason == 0 ? null : happened.ResetReason),
        StackEventKind.SubflowPriority => new MptcpEvent.SubflowPriority(happened.Token, Facts(happened)),
        StackEventKind.ListenerCreated => new MptcpEvent.ListenerCreated(
            happened.Tuple.Local.Address.ToIPAddress(), happened.Tuple.Local.Port),
        StackEventKind.ListenerClosed => new MptcpEvent.ListenerClosed(
            happened.Tuple.Local.Address.ToIPAddress(), happened.Tuple.Local.Port),
        _ => null,
    };

    private void Write(in StackEvent happened)
    {
        if (_lost && _events.Writer.TryWrite(new MptcpEvent.Overrun()))
        {
            _lost = false;
        }

        if (Convert(happened) is { } told)
        {
            _lost |= !_events.Writer.TryWrite(told);
        }
    }

    private static SubflowFacts Facts(in StackEvent happened) =>
        new(PlaneReader.Convert(happened.Tuple), happened.LocalId, happened.RemoteId, happened.Backup, 0);

    private static int ErrorOf(EndReason reason) => reason switch
    {
        EndReason.Reset => Errno.ConnectionReset,
        EndReason.Refused => Errno.ConnectionRefused,
        EndReason.TimedOut => Errno.TimedOut,
        EndReason.ProtocolError => Errno.BadMessage,
        EndReason.Limit => Errno.NoBuffers,
        _ => 0,
    };
}
