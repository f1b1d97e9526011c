using System.Threading.Channels;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Inventory;

/// <summary>
/// Keeps the inventory of a network namespace up to date by the kernel's own messages; it never polls. <see cref="Current"/> is one
/// atomic read.
/// </summary>
internal sealed class InventoryWatcher : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly NetlinkListener<InventoryEvent> _listener;
    private readonly Lock _lock = new();
    private volatile HostInventory _current = HostInventory.Empty;

    private InventoryWatcher()
    {
        _socket = NetlinkSocket.Open(NetlinkConstants.ProtocolRoute);
        try
        {
            // The lock keeps messages waiting until what they are changes of has been read.
            lock (_lock)
            {
                _listener = NetlinkListener<InventoryEvent>.Open(NetlinkConstants.ProtocolRoute, RouteCodec.Groups, Reload, Handle);
                (_current, var isIncomplete) = InventoryReader.Read(Dump, version: 1);
                if (isIncomplete)
                {
                    _listener.AskAgain();
                }
            }
        }
        catch
        {
            _listener?.Dispose();
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>What there is now.</summary>
    internal HostInventory Current => _current;

    /// <summary>Each change that made a difference, a few milliseconds after it happened. One reader.</summary>
    internal ChannelReader<InventoryEvent> Events => _listener.Events;

    /// <summary>Reads everything inside a network namespace and begins to listen.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static InventoryWatcher Open(string? netns = null) => NetNamespace.Run(netns, () => new InventoryWatcher());

    /// <summary>Reads everything once.</summary>
    /// <inheritdoc cref="Open"/>
    internal static HostInventory Read(string? netns = null) => NetNamespace.Run(netns, () =>
    {
        using var socket = NetlinkSocket.Open(NetlinkConstants.ProtocolRoute);
        return InventoryReader.Read(Dumper(socket), version: 1).Inventory;
    });

    public void Dispose()
    {
        _listener.Dispose();
        _socket.Dispose();
    }

    private static InventoryDump Dumper(NetlinkSocket socket) => (ushort kind, ref HostInventory inventory) =>
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        return socket.Exchange(RouteCodec.Dump(buffer, kind), ref inventory,
            static (in NetlinkMessage message, ref HostInventory result) =>
                result = RouteCodec.Parse(message) is { } change ? result.Apply(change) : result);
    };

    private NetlinkReply Dump(ushort kind, ref HostInventory inventory) => Dumper(_socket)(kind, ref inventory);

    private InventoryEvent? Handle(in NetlinkMessage message)
    {
        if (RouteCodec.Parse(message) is not { } change)
        {
            return null;
        }

        lock (_lock)
        {
            var next = _current.Apply(change);
            if (ReferenceEquals(next, _current))
            {
                return null;
            }

            _current = next;
            return new InventoryEvent(change, next);
        }
    }

    private InventoryEvent Reload(out bool again)
    {
        lock (_lock)
        {
            try
            {
                (var read, again) = InventoryReader.Read(Dump, _current.Version + 1);
                _current = read.After(_current);
            }
            catch (NetlinkException)
            {
                // Out of memory in the kernel: what was known stays, its reader is told all the same, and it is tried again.
                again = true;
            }

            return new InventoryEvent(new InventoryChange.Reloaded(), _current);
        }
    }
}
