using System.Runtime.InteropServices;

namespace Multipath.Agent.Netlink;

/// <summary>How a request ended.</summary>
/// <param name="Errno">0 for success, else a positive error number.</param>
/// <param name="Text">The kernel's own explanation (NLMSGERR_ATTR_MSG), where it gave one.</param>
/// <param name="Offset">Where in the request the offending attribute begins (NLMSGERR_ATTR_OFFS).</param>
/// <param name="Interrupted">A dump during which the table changed (NLM_F_DUMP_INTR): it may miss or repeat entries.</param>
internal readonly record struct NetlinkReply(int Errno, string? Text = null, uint? Offset = null, bool Interrupted = false)
{
    private const ushort AttributeMessage = 1;
    private const ushort AttributeOffset = 2;
    /// <summary>The kernel's texts are a line long; whatever claims to be more is cut.</summary>
    private const int LongestText = 512;

    internal bool Ok => Errno == 0;

    /// <summary>
    /// Reads the payload of an NLMSG_ERROR or NLMSG_DONE message: a negative error number, for NLMSG_ERROR the header of the request and
    /// (unless capped) its body, then attributes when the flag says so.
    /// </summary>
    /// <returns>EBADMSG when there are too few bytes to hold an error number.</returns>
    internal static NetlinkReply Parse(in NetlinkMessage message)
    {
        var payload = message.Payload;
        if (payload.Length < 4)
        {
            // A DONE without a body is an older kernel's way to say that all is well.
            return new NetlinkReply(message.Type == NetlinkConstants.TypeDone ? 0 : Interop.Errno.BadMessage);
        }

        var code = MemoryMarshal.Read<int>(payload);
        // A positive code would be a protocol violation, and the most negative number has no positive twin.
        var errno = code is > 0 or int.MinValue ? Interop.Errno.BadMessage : -code;
        var interrupted = message.Has(NetlinkConstants.FlagDumpInterrupted);
        if (!message.Has(NetlinkConstants.FlagAckAttributes))
        {
            return new NetlinkReply(errno, Interrupted: interrupted);
        }

        var skip = message.Type == NetlinkConstants.TypeDone ? 4 : EchoedLength(message);
        string? text = null;
        uint? offset = null;
        var attributes = new NetlinkAttributes(skip <= payload.Length ? payload[skip..] : default);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case AttributeMessage:
                    text = attribute.Text is { Length: > LongestText } long_ ? long_[..LongestText] : attribute.Text;
                    break;
                case AttributeOffset:
                    offset = attribute.U32;
                    break;
            }
        }

        return new NetlinkReply(errno, text, offset, interrupted);
    }

    private static int EchoedLength(in NetlinkMessage message)
    {
        const int capped = 4 + NetlinkConstants.HeaderSize;
        if (message.Has(NetlinkConstants.FlagCapped) || message.Payload.Length < capped)
        {
            return capped;
        }

        var echoed = MemoryMarshal.Read<uint>(message.Payload[4..]);
        return echoed > (uint)message.Payload.Length ? int.MaxValue : 4 + NetlinkConstants.Align((int)echoed);
    }
}
