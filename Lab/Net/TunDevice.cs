using System.Net.Sockets;
using System.Text;
using Multipath.Agent.Namespaces;

namespace Multipath.Lab.Net;

/// <summary>A TUN interface inside a namespace: IP packets without a header in front (linux/if_tun.h). It goes when it is closed.</summary>
internal sealed unsafe class TunDevice : IDisposable
{
    private const int InterfaceRequestBytes = 40;
    private const int NameBytes = 16;
    private const nuint TunSetInterface = 0x400454CA;
    private const nuint TunSetCarrier = 0x400454E2;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const short TunWithoutHeader = 0x1001;
    private const short InterfaceUp = 1;

    private readonly Socket _control;
    private bool _disposed;

    private TunDevice(string name, int fd, Socket control)
    {
        Name = name;
        Fd = fd;
        _control = control;
    }

    /// <summary>The interface's name inside its namespace.</summary>
    internal string Name { get; }

    /// <summary>The descriptor that packets are read from and written to; it does not block.</summary>
    internal int Fd { get; }

    /// <summary>Makes the interface; it is down and has no address yet.</summary>
    /// <exception cref="IOException">No /dev/net/tun, no right to it, or the name is taken.</exception>
    internal static TunDevice Create(string netns, string name)
    {
        if (name.Length is 0 or >= NameBytes)
        {
            throw new ArgumentException($"An interface name has 1 to {NameBytes - 1} characters: '{name}'.", nameof(name));
        }

        return NetNamespace.Run(netns, () => Open(name));
    }

    /// <summary>Takes the interface up or down, as <c>ip link set</c> does but without a process in between.</summary>
    internal void SetUp(bool up)
    {
        var request = stackalloc byte[InterfaceRequestBytes];
        Fill(request, Name, 0);
        if (LibC.IoControl((int)_control.Handle, GetFlags, request) != 0)
        {
            throw LibC.LastError($"read the flags of {Name}");
        }

        var flags = (short*)(request + NameBytes);
        *flags = (short)(up ? *flags | InterfaceUp : *flags & ~InterfaceUp);
        if (LibC.IoControl((int)_control.Handle, SetFlags, request) != 0)
        {
            throw LibC.LastError($"set the flags of {Name}");
        }
    }

    /// <summary>Gives or takes the carrier while the interface stays up.</summary>
    internal void SetCarrier(bool on)
    {
        var carrier = on ? 1 : 0;
        if (LibC.IoControl(Fd, TunSetCarrier, &carrier) != 0)
        {
            throw LibC.LastError($"set the carrier of {Name}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = LibC.Close(Fd);
            _control.Dispose();
        }
    }

    private static TunDevice Open(string name)
    {
        var fd = LibC.Open("/dev/net/tun", LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (fd < 0)
        {
            throw LibC.LastError("open /dev/net/tun");
        }

        var request = stackalloc byte[InterfaceRequestBytes];
        Fill(request, name, TunWithoutHeader);
        if (LibC.IoControl(fd, TunSetInterface, request) != 0)
        {
            var error = LibC.LastError($"make the interface {name}");
            _ = LibC.Close(fd);
            throw error;
        }

        return new TunDevice(name, fd, new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
    }

    private static void Fill(byte* request, string name, short flags)
    {
        new Span<byte>(request, InterfaceRequestBytes).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameBytes - 1));
        *(short*)(request + NameBytes) = flags;
    }
}
