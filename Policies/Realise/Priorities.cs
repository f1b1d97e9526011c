using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>A subflow and the priority that it is to get.</summary>
internal readonly record struct PriorityChange(SubflowView Subflow, bool Backup);

/// <summary>Which priorities are to change, as far as the handover under way lets them.</summary>
internal static class Priorities
{
    /// <summary>The changes, in the order in which they are to be made: what carries first.</summary>
    /// <param name="move">What may be done now.</param>
    /// <param name="before">The handover that was under way before this moment.</param>
    /// <param name="current">The one that is under way from now on.</param>
    /// <param name="alive">The subflows that answer.</param>
    internal static IEnumerable<PriorityChange> Choose(
        Move move, Handover? before, Handover? current, ImmutableArray<SubflowView> alive) => move switch
        {
            Move.Stay => [],
            Move.Return =>
            [
                .. alive.Where(s => s.State.Backup && HandoverWork.IsFrom(before, s)).Select(s => new PriorityChange(s, false)),
                .. alive.Where(s => !s.State.Backup && HandoverWork.IsTo(before, s)).Select(s => new PriorityChange(s, true)),
            ],
            _ => [.. Join(alive), .. move == Move.Join || !alive.Any(s => s.Role == PathRole.Active) ? [] : Leave(current, alive)],
        };

    private static IEnumerable<PriorityChange> Join(ImmutableArray<SubflowView> alive) =>
        alive.Where(s => s.Role == PathRole.Active && s.State.Backup).Select(s => new PriorityChange(s, false));

    /// <summary>What the plan avoids stops carrying before it is closed, so that nothing is under way on it then.</summary>
    private static IEnumerable<PriorityChange> Leave(Handover? current, ImmutableArray<SubflowView> alive) => alive
        .Where(s => !s.State.Backup && (s.Role == PathRole.Backup || (s.Role == PathRole.Avoid && HandoverWork.IsFrom(current, s))))
        .Select(s => new PriorityChange(s, true));
}
