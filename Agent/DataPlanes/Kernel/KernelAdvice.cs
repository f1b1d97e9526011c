using Multipath.Agent.Interop;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>What to do about an error of the kernel's MPTCP, in one sentence.</summary>
internal static class KernelAdvice
{
    internal const string NeedRoot = "Run as root, or with CAP_NET_ADMIN.";

    internal const string NeedUserspace =
        "The connection is managed by the kernel: set net.mptcp.path_manager=userspace (net.mptcp.pm_type=1 before Linux 6.15)"
        + " before the program opens its socket.";

    internal const string NeedMptcp = "This kernel has no MPTCP path manager: it needs Linux 5.6 or later with CONFIG_MPTCP.";

    internal const string NeedEnabled = "MPTCP is switched off: set net.mptcp.enabled=1.";

    /// <returns>Null where the error's own name and text say it all.</returns>
    internal static string? For(int errno, string? text)
    {
        if (text is not null && text.Contains("userspace PM not selected", StringComparison.OrdinalIgnoreCase))
        {
            return NeedUserspace;
        }

        return errno switch
        {
            Errno.NotPermitted or Errno.Access => NeedRoot,
            Errno.NoEntry when text is null => NeedMptcp,
            Errno.NoSuchProcess => "There is no such subflow or connection; `mpagent connections` lists those that are.",
            Errno.AddressNotAvailable => "The local address is on no interface of this host; `mpagent paths` lists those that are.",
            Errno.NetworkUnreachable => "There is no route from this local address to the peer's.",
            Errno.Exists => "The address is an endpoint already; delete it first, or change its flags.",
            Errno.Busy => "The address id is taken; give another, or none.",
            Errno.TimedOut => "The kernel did not answer.",
            _ => null,
        };
    }
}
