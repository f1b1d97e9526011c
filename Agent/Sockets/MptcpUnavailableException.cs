using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Sockets;

/// <summary>This host cannot make an MPTCP socket; the message says why, and what to do.</summary>
/// <param name="errno">What Linux answered: 92 ENOPROTOOPT, 93 EPROTONOSUPPORT or 22 EINVAL among others.</param>
public sealed class MptcpUnavailableException(int errno)
    : NotSupportedException($"Cannot open an MPTCP socket: {Interop.Errno.Name(errno)}. {Reason(errno)}")
{
    /// <summary>Linux's error number.</summary>
    public int Errno { get; } = errno;

    private static string Reason(int errno) => errno switch
    {
        Interop.Errno.NoProtocolOption => KernelAdvice.NeedEnabled,
        Interop.Errno.ProtocolNotSupported => "This kernel was built without CONFIG_MPTCP.",
        Interop.Errno.Invalid => "This kernel is older than Linux 5.6 and does not know MPTCP.",
        _ => "",
    };
}
