using System.Net.Sockets;
using System.Text;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// A TUN interface: IP packets to and from the kernel of one namespace, behind a virtio header when it offloads (linux/if_tun.h). It goes
/// when its last queue is closed.
/// </summary>
internal sealed unsafe class TunDevice : IDisposable
{
    private const int InterfaceRequestBytes = 40;
    private const int NameBytes = 16;

    private const nuint TunSetInterface = 0x400454CA;
    private const nuint TunSetOffload = 0x400454D0;
    private const nuint TunSetCarrier = 0x400454E2;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const nuint SetLinkMtu = 0x8922;
    private const short TunWithoutHeader = 0x1001;
    private const short Napi = 0x0010;
    private const short MultiQueue = 0x0100;
    private const short VirtioHeader = 0x4000;
    private const short InterfaceUp = 1;

    /// <summary>TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6.</summary>
    private const nuint OffloadFeatures = 1 | 2 | 4;

    private readonly TunOptions _options;
    private readonly List<int> _queues = [];
    private readonly Socket _control;
    private bool _disposed;

    private TunDevice(TunOptions options, IEnumerable<int> queues, Socket control)
    {
        (_options, _control) = (options, control);
        _queues.AddRange(queues);
    }

    /// <summary>The interface's name inside its namespace.</summary>
    internal string Name => _options.Name;

    /// <summary>Whether each packet stands behind a <see cref="VirtioNetHeader"/>.</summary>
    internal bool Offloads => _options.Offload;

    /// <summary>Whether large segments have to be cut and gathered in this process (<see cref="TunOptions.LargeSegments"/>).</summary>
    internal bool CutsInProcess => _options is { LargeSegments: true, Offload: false };

    /// <summary>
    /// Whether the kernel gathers what is written (<see cref="TunOptions.EndsBursts"/>); not where it could not be told to.
    /// </summary>
    internal bool Gathers { get; private init; }

    /// <summary>The descriptors of the queues, which packets are read from and written to; they do not block.</summary>
    internal IReadOnlyList<int> Queues => _queues;

    /// <summary>The first queue.</summary>
    internal int Fd => _queues[0];

    /// <summary>Makes the interface; it is down and has no address yet.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="IOException">No /dev/net/tun, no right to it, or the name is taken.</exception>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static TunDevice Create(TunOptions options)
    {
        if (options.Name.Length is 0 or >= NameBytes)
        {
            throw new ArgumentException($"An interface name has 1 to {NameBytes - 1} characters: '{options.Name}'.", nameof(options));
        }

        if (options.Queues is < 1 or > TunOptions.QueueLimit)
        {
            throw new ArgumentException($"A TUN has 1 to {TunOptions.QueueLimit} queues, not {options.Queues}.", nameof(options));
        }

        return NetNamespace.Run(options.Netns, () =>
        {
            var (queue, gathers) = OpenFirst(options);
            var control = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var device = new TunDevice(options, [queue], control) { Gathers = gathers };
            try
            {
                for (var further = 1; further < options.Queues; further++)
                {
                    device._queues.Add(OpenQueue(options, gathers));
                }

                return device;
            }
            catch
            {
                device.Dispose();
                throw;
            }
        });
    }

    /// <summary>Takes the interface up or down, as <c>ip link set</c> does but without a process in between.</summary>
    internal void SetUp(bool up)
    {
        var request = stackalloc byte[InterfaceRequestBytes];
        Fill(request, Name, 0);
        if (Libc.IoControl((int)_control.Handle, GetFlags, request) != 0)
        {
            throw Libc.Failure($"read the flags of {Name}");
        }

        var flags = (short*)(request + NameBytes);
        *flags = (short)(up ? *flags | InterfaceUp : *flags & ~InterfaceUp);
        if (Libc.IoControl((int)_control.Handle, SetFlags, request) != 0)
        {
            throw Libc.Failure($"set the flags of {Name}");
        }
    }

    /// <summary>Sets the longest packet that the kernel hands over uncut.</summary>
    internal void SetMtu(int mtu)
    {
        var request = stackalloc byte[InterfaceRequestBytes];
        Fill(request, Name, 0);
        *(int*)(request + NameBytes) = mtu;
        if (Libc.IoControl((int)_control.Handle, SetLinkMtu, request) != 0)
        {
            throw Libc.Failure($"set the MTU of {Name} to {mtu}");
        }
    }

    /// <summary>Gives or takes the carrier while the interface stays up.</summary>
    internal void SetCarrier(bool on)
    {
        var carrier = on ? 1 : 0;
        if (Libc.IoControl(Fd, TunSetCarrier, &carrier) != 0)
        {
            throw Libc.Failure($"set the carrier of {Name}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _queues.ForEach(queue => Libc.Close(queue));
            _control.Dispose();
        }
    }

    // Without a hold, GRO only costs: then the interface is made anew without it.
    private static (int Queue, bool Gathers) OpenFirst(TunOptions options)
    {
        var gathers = options.EndsBursts && !options.Offload;
        var queue = OpenQueue(options, gathers);
        if (!gathers || GroHold.TrySet(options.Name, options.Netns))
        {
            return (queue, gathers);
        }

        _ = Libc.Close(queue);
        return (OpenQueue(options, gathers: false), false);
    }

    private static int OpenQueue(TunOptions options, bool gathers)
    {
        var fd = Libc.Open("/dev/net/tun", Libc.OpenReadWrite | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        if (fd < 0)
        {
            throw Libc.Failure("open /dev/net/tun");
        }

        var flags = TunWithoutHeader | (options.Offload ? VirtioHeader : 0) | (options.Queues > 1 ? MultiQueue : 0)
            | (gathers ? Napi : 0);
        var request = stackalloc byte[InterfaceRequestBytes];
        Fill(request, options.Name, (short)flags);
        if (Libc.IoControl(fd, TunSetInterface, request) != 0
            || (options.Offload && Libc.IoControl(fd, TunSetOffload, OffloadFeatures) != 0))
        {
            var failure = Libc.Failure($"make the interface {options.Name}");
            _ = Libc.Close(fd);
            throw failure;
        }

        return fd;
    }

    private static void Fill(byte* request, string name, short flags)
    {
        new Span<byte>(request, InterfaceRequestBytes).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameBytes - 1));
        *(short*)(request + NameBytes) = flags;
    }
}
