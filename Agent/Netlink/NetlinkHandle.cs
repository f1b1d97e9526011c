using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Netlink;

/// <summary>The descriptor of a bound netlink socket, and the calls on it.</summary>
internal sealed class NetlinkHandle : SafeHandleMinusOneIsInvalid
{
    private const int AddressSize = 12;

    internal NetlinkHandle()
        : base(ownsHandle: true)
    {
    }

    internal int Descriptor => (int)handle;

    /// <summary>Opens and binds a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    internal static NetlinkHandle Open(int protocol)
    {
        var descriptor = Libc.Socket(Libc.AfNetlink, Libc.SockRaw | Libc.SockCloseOnExec, protocol);
        if (descriptor < 0)
        {
            throw NetlinkException.Last("open a netlink socket");
        }

        var result = new NetlinkHandle();
        result.SetHandle(descriptor);
        Span<byte> address = stackalloc byte[AddressSize];
        KernelAddress(address);
        if (Libc.Bind(descriptor, address, AddressSize) < 0)
        {
            var failure = NetlinkException.Last("bind a netlink socket");
            result.Dispose();
            throw failure;
        }

        return result;
    }

    /// <summary>Sets an option that only improves matters: a kernel that lacks it is served all the same.</summary>
    internal void Set(int level, int name, int value) => Set(level, name, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    internal void Set(int level, int name, ReadOnlySpan<byte> value) =>
        _ = Libc.SetSockOpt(Descriptor, level, name, value, (uint)value.Length);

    /// <summary>Joins a multicast group.</summary>
    /// <exception cref="NetlinkException">No such group, or no right to hear it.</exception>
    internal void Join(uint group)
    {
        if (Libc.SetSockOpt(Descriptor, NetlinkConstants.SolNetlink, NetlinkConstants.OptionAddMembership,
            MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in group)), sizeof(uint)) < 0)
        {
            throw NetlinkException.Last("listen to kernel events");
        }
    }

    /// <returns>0, or the error number.</returns>
    internal int Send(ReadOnlySpan<byte> message)
    {
        Span<byte> kernel = stackalloc byte[AddressSize];
        KernelAddress(kernel);
        while (Libc.SendTo(Descriptor, message, (nuint)message.Length, 0, kernel, AddressSize) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
            {
                return errno;
            }
        }

        return 0;
    }

    /// <summary>Receives one datagram of the kernel; those of other senders are dropped.</summary>
    /// <param name="buffer">A datagram that is longer counts as EBADMSG.</param>
    /// <param name="errno">0, EAGAIN after the timeout, ENOBUFS when the kernel had to drop messages, or another error number.</param>
    /// <param name="flags">Flags of recvfrom.</param>
    /// <returns>Its length.</returns>
    internal int Receive(Span<byte> buffer, out int errno, int flags = 0)
    {
        Span<byte> sender = stackalloc byte[AddressSize];
        while (true)
        {
            var senderLength = (uint)AddressSize;
            var received = Libc.ReceiveFrom(Descriptor, buffer, (nuint)buffer.Length, Libc.MessageTruncated | flags,
                sender, ref senderLength);
            if (received < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.Interrupted)
                {
                    continue;
                }

                return 0;
            }

            if (senderLength < AddressSize || MemoryMarshal.Read<uint>(sender[4..]) != 0)
            {
                // Any local program may send to a netlink port; only port 0 is the kernel.
                continue;
            }

            errno = received > buffer.Length ? Errno.BadMessage : 0;
            return errno == 0 ? (int)received : 0;
        }
    }

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    private static void KernelAddress(Span<byte> address)
    {
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Libc.AfNetlink);
    }
}
