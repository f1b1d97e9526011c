using System.Net;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// The userspace stack on a TUN interface of this host: Multipath TCP for the .NET programs of this process, whatever the kernel
/// knows of it.
/// All members may be called from any thread; one thread of its own drives the stack.
/// </summary>
public sealed class TunStack : IDisposable
{
    private readonly TunDevice _device;
    private readonly StackHandler _handler;
    private readonly StackOptions _options;
    private readonly TunPump _pump;

    private TunStack(TunDevice device, StackOptions options, Func<IPacketHandler, IPacketHandler>? between)
    {
        (_device, _options) = (device, options);
        _handler = new StackHandler(this, new Stack(options));
        _pump = new TunPump(device, device.Fd, between?.Invoke(_handler) ?? _handler);
    }

    /// <summary>Ends with the stack; with the exception, when a fault ended it.</summary>
    public Task Ended => _pump.Ended;

    /// <summary>Packets so far.</summary>
    public PumpCounters Counters => _pump.Counters;

    /// <summary>The kernel's rules for paths, for connections that are made with them.</summary>
    public TunPaths KernelPaths => new(this);

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
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    public static TunStack Open(TunOptions device, IEnumerable<IPAddress> addresses, int mtu = 1500)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Open(device, new StackOptions
        {
            LocalAddresses = [.. addresses.Select(IpAddr.From)],
            Mtu = mtu,
            SegmentationOffload = device.Offload,
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
        var stream = await AskAsync((handler, now) => Connect(handler, from, to, options ?? new ConnectionOptions(), now));
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
        return await AskAsync((handler, _) => handler.Stack.Listen(on, options ?? new ConnectionOptions()) is var id && id != default
            ? handler.Add(new MultipathListener(this, id, local))
            : throw new IOException($"Cannot listen on {local}: it is taken, or no address of the stack."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pump.Dispose();
        _device.Dispose();
    }

    /// <summary>
    /// As the public one, with all of the stack's options and with handlers in between that record, delay or lose packets.
    /// </summary>
    internal static TunStack Open(TunOptions device, StackOptions options, Func<IPacketHandler, IPacketHandler>? between = null)
    {
        var made = TunDevice.Create(device with { EndsBursts = true });
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

    /// <summary>Touched on the pump's thread alone.</summary>
    internal StackHandler Handler => _handler;

    internal bool TryPost(IPumpWork work) => _pump.TryPost(work);

    /// <summary>Runs something on the pump's thread some time soon; not at all when it has ended.</summary>
    internal void Post(Action<StackHandler, Instant> action) => _ = AskAsync((handler, now) =>
    {
        action(handler, now);
        return true;
    });

    /// <summary>Runs a question on the pump's thread.</summary>
    internal async Task<T> AskAsync<T>(Func<StackHandler, Instant, T> question)
    {
        var work = new Question<T>(_handler, question);
        return _pump.TryPost(work) ? await work.Answer : throw MultipathStream.StackHasEnded();
    }

    private static MultipathStream Connect(StackHandler handler, Endpoint from, Endpoint to, ConnectionOptions options, Instant now)
    {
        var id = handler.Stack.Connect(from, to, options, now);
        return id != default && handler.Stack.TryGetInfo(id, out var info)
            ? handler.Add(id, info.Tuple)
            : throw new IOException($"Cannot connect to {to} from {from}: no such address of the stack, or no room.");
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

    private sealed class Question<T>(StackHandler handler, Func<StackHandler, Instant, T> question) : IPumpWork
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<T> Answer => _answer.Task;

        public void Run(Instant now)
        {
            try
            {
                _answer.SetResult(question(handler, now));
            }
            catch (Exception refused) when (refused is IOException or ArgumentException)
            {
                _answer.SetException(refused);
            }
        }
    }
}
