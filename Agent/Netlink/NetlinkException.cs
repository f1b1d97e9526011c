using System.Runtime.InteropServices;

namespace Multipath.Agent.Netlink;

/// <summary>A netlink socket could not be had, or a question to the kernel failed.</summary>
/// <param name="doing">What was tried, as in "open a netlink socket".</param>
/// <param name="reply">How it ended.</param>
internal sealed class NetlinkException(string doing, NetlinkReply reply)
    : Exception($"Cannot {doing}: {Interop.Errno.Name(reply.Errno)}{(reply.Text is null ? "" : $" ({reply.Text})")}.")
{
    /// <summary>The error number of Linux.</summary>
    internal int Errno => Reply.Errno;

    internal NetlinkReply Reply { get; } = reply;

    /// <summary>The failure of the last call of the C library on this thread.</summary>
    internal static NetlinkException Last(string doing) => new(doing, new NetlinkReply(Marshal.GetLastPInvokeError()));
}
