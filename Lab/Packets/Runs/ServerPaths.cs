using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>The server's path manager: announces its second address when the plan says so.</summary>
internal sealed class ServerPaths(Stack stack, TransferPlan plan, Endpoint second) : IPathDuties
{
    private const byte SecondId = 9;

    /// <inheritdoc/>
    public Instant Deadline => Instant.Never;

    /// <inheritdoc/>
    public void Handle(in StackEvent happened, Instant now)
    {
        if (happened.Kind == StackEventKind.Established && plan.ServerAnnounces)
        {
            stack.Paths.Announce(happened.Token, SecondId, plan.AnnouncesPort ? second : second with { Port = 0 }, now);
        }
    }

    /// <inheritdoc/>
    public void Run(Instant now)
    {
    }
}
