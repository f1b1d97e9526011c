using System.Net;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// The userspace stack on a TUN interface of this host: Multipath TCP for the .NET programs of this process, whatever the kernel
/// knows of it.
/// All members may be called from any thread; a thread of its own drives each queue of the interface, with a stack that has its share of
/// the local ports.
/// </summary>
public sealed class TunStack : IDisposable
{
    private readonly TunDevice _device;
    private readonly StackOptions _options;
    private readonly List<TunShard> _shards = [];
    private int _turn;

    private TunStack(TunDevice device, StackOptions options, Func<IPacketHandler, IPacketHandler>? between)
    {
        (_device, _options) = (device, options);
        var count = device.Queues.Count;
        var group = count == 1 ? null : new TunGroup(count);
        try
        {
            for (var own = 0; own < count; own++)
            {
                var shard = new TunShard(device, device.Queues[own], options with { Share = new StackShare(own, count, group) }, between);
                _shards.Add(shard);
                group?.Add(own, shard);
            }
        }
        catch
        {
            // Before the device is closed, whose queues they read.
            _shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>Ends with the stack; with the exception, when a fault ended it or one of its queues.</summary>
    public Task Ended => Task.WhenAny(_shards.Select(shard => shard.Ended)).Unwrap();

    /// <summary>Packets so far.</summary>
    public PumpCounters Counters => _shards.Select(shard => shard.Counters).Aggregate((one, other) => one + other);

    /// <summary>The kernel's rules for paths, for connections that are made with them.</summary>
    /// <exception cref="InvalidOperationException">The interface has several queues: the rules are those of one stack.</exception>
    public TunPaths KernelPaths => new(_shards is [var only]
        ? only
        : throw new InvalidOperationException("The kernel's rules for paths are for a stack with one queue."));

    /// <summary>Addresses that it answers for.</summary>
    public IReadOnlyList<IPAddress> Addresses => [.. _options.LocalAddresses.Select(one => one.ToIPAddress())];

    /// <summary>
    /// Makes the interface, takes it up and starts the stack. Addresses and routes of the interface are the caller's: the kernel has
    /// to route the
    /// stack's addresses to it, and to forward, or translate, what comes from there.
    /// </summary>
    /// <param name="device">The interface.</param>
    /// <param name="addresses">The stack's own addresses: none of the host's.</param>
    /// <param name="mtu">Of the paths, and of the interface.</param>
    /// <exception cref="IOException">The interface cannot be made.</exception>
    /// <exception cref="ArgumentException">Packets of several queues would be recorded in no order.</exception>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    public static TunStack Open(TunOptions device, IEnumerable<IPAddress> addresses, int mtu = 1500)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device is { Recording: not null, Queues: > 1 })
        {
            throw new ArgumentException("Packets are recorded of one queue.", nameof(device));
        }

        return Open(device, new StackOptions
        {
            LocalAddresses = [.. addresses.Select(IpAddr.From)],
            Mtu = mtu,

            // What is recorded without offload is what is on the wire, packet by packet.
            SegmentationOffload = device.Offload || device.Recording is null,
            Entropy = new CryptographicEntropy(),
        }, device.Recording is { } recording ? inner => PacketRecorder.Start(inner, recording, TimeProvider.System) : null);
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="remote">The server.</param>
    /// <param name="local">The end of the first subflow: one of the stack's addresses, port 0 for any; null for the first of the
    /// family.</param>
    /// <param name="options">What the connection is made with; null for the usual.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConnectionEndedException">It was refused or not answered.</exception>
    /// <exception cref="IOException">The stack has no such address or no room, or has ended.</exception>
    /// <exception cref="ArgumentException">The families differ, or a scheduler or congestion control has no such name.</exception>
    public async Task<MultipathStream> ConnectAsync(
        IPEndPoint remote, IPEndPoint? local = null, ConnectionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var to = new Endpoint(IpAddr.From(remote.Address), (ushort)remote.Port);
        var from = local is null ? Choose(to) : new Endpoint(IpAddr.From(local.Address), (ushort)local.Port);
        var shard = from.Port == 0 ? NextShard() : ShardOf(from.Port);
        var stream = await shard.AskAsync((handler, now) => Connect(handler, from, to, options ?? new ConnectionOptions(), now));
        try
        {
            await stream.Connected.WaitAsync(cancellation);
            return stream;
        }
        catch (OperationCanceledException)
        {
            stream.Abort();
            throw;
        }
    }

    /// <summary>Listens.</summary>
    /// <param name="local">Address and port; the unspecified address for all of its family, so that joins to each are taken.</param>
    /// <param name="options">What accepted connections are made with; null for the usual.</param>
    /// <exception cref="IOException">The port is taken, or the stack has ended.</exception>
    public async Task<MultipathListener> ListenAsync(IPEndPoint local, ConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(local);
        var on = new Endpoint(IpAddr.From(local.Address), (ushort)local.Port);
        var listener = new MultipathListener(local);
        try
        {
            foreach (var shard in _shards)
            {
                await shard.AskAsync((handler, _) => Listen(handler, on, options ?? new ConnectionOptions(), listener));
            }
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return listener;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shards.ForEach(shard => shard.Dispose());
        _device.Dispose();
    }

    /// <summary>
    /// As the public one, with all of the stack's options and with handlers in between that record, delay or lose packets.
    /// </summary>
    internal static TunStack Open(TunOptions device, StackOptions options, Func<IPacketHandler, IPacketHandler>? between = null)
    {
        var made = TunDevice.Create(device with { EndsBursts = true, LargeSegments = options.SegmentationOffload });
        try
        {
            made.SetMtu(options.Mtu);
            made.SetUp(true);
            return new TunStack(made, options, between);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>One for each queue.</summary>
    internal IReadOnlyList<TunShard> Shards => _shards;

    /// <summary>Runs a question on the thread of the first queue, which is the only one unless several were asked for.</summary>
    /// <exception cref="IOException">The stack has ended.</exception>
    internal Task<T> AskAsync<T>(Func<StackHandler, Instant, T> question) => _shards[0].AskAsync(question);

    /// <summary>Runs a question on the thread of each queue.</summary>
    /// <exception cref="IOException">The stack has ended.</exception>
    internal Task<T[]> AskAllAsync<T>(Func<StackHandler, Instant, T> question) =>
        Task.WhenAll(_shards.Select(shard => shard.AskAsync(question)));

    private static MultipathStream Connect(StackHandler handler, Endpoint from, Endpoint to, ConnectionOptions options, Instant now)
    {
        var id = handler.Stack.Connect(from, to, options, now);
        return id != default && handler.Stack.TryGetInfo(id, out var info)
            ? handler.Add(id, info.Tuple)
            : throw new IOException($"Cannot connect to {to} from {from}: no such address of the stack, or no room.");
    }

    private static bool Listen(StackHandler handler, Endpoint on, ConnectionOptions options, MultipathListener listener)
    {
        var id = handler.Stack.Listen(on, options);
        if (id == default)
        {
            throw new IOException($"Cannot listen on {on}: it is taken.");
        }

        listener.Add(handler.Owner, id);
        handler.Add(id, listener);
        return true;
    }

    private Endpoint Choose(Endpoint remote)
    {
        foreach (var address in _options.LocalAddresses)
        {
            if (address.IsV4 == remote.Address.IsV4)
            {
                return new Endpoint(address, 0);
            }
        }

        throw new IOException($"Cannot connect to {remote}: the stack has no address of that family.");
    }

    private TunShard NextShard() => _shards[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_shards.Count)];

    private TunShard ShardOf(ushort port) => _shards[port % _shards.Count];
}
