using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>What runs on a stack: acts when something happened there or when its own time has come.</summary>
internal interface IApplication
{
    /// <summary>When it wants to act by itself; <see cref="Instant.Never"/> for not at all.</summary>
    Instant Deadline { get; }

    /// <summary>Something may have happened.</summary>
    void Run(Instant now);

    /// <summary>The host is gone, its stack with it: nothing comes from it any more.</summary>
    bool HasVanished => false;
}

/// <summary>A stack with the application on it, as a node of a network.</summary>
internal sealed class StackNode(Stack stack, IApplication application) : INode
{
    /// <inheritdoc/>
    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        if (application.HasVanished)
        {
            return;
        }

        stack.HandlePacket(packet, info, now);
        application.Run(now);
    }

    /// <inheritdoc/>
    /// <remarks>What leaves can make room or end something: the application hears of it before the node falls silent.</remarks>
    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        info = default;
        if (application.HasVanished)
        {
            return 0;
        }

        var length = stack.PollTransmit(buffer, out info, now);
        if (length > 0)
        {
            return length;
        }

        application.Run(now);
        return stack.PollTransmit(buffer, out info, now);
    }

    /// <inheritdoc/>
    public Instant PollTimeout() =>
        application.HasVanished ? Instant.Never : Instant.Earlier(stack.PollTimeout(), application.Deadline);

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        if (application.HasVanished)
        {
            return;
        }

        if (stack.PollTimeout() <= now)
        {
            stack.HandleTimeout(now);
        }

        application.Run(now);
    }
}
