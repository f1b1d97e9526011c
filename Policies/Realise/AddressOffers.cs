using System.Collections.Immutable;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Realise;

/// <summary>
/// Tells the peer that opened a connection of this host's other addresses (ADD_ADDR), for only the peer's agent makes subflows, and takes
/// back those that it must not use any more.
/// </summary>
/// <remarks>
/// Offered are the addresses of the paths that the plan uses by a path class of the policy: what a policy without classes lets carry, such
/// as the address of a bridge for containers, is nothing that a peer could reach. As many as leave room for the first subflow within the
/// limit, and of the connection's own address family.
/// </remarks>
internal static class AddressOffers
{
    /// <summary>Decides what to announce and to withdraw.</summary>
    /// <param name="view">The connection, which the peer opened.</param>
    /// <param name="memory">What is remembered of it.</param>
    /// <param name="carrying">Subflows that carry, and are not being destroyed.</param>
    /// <param name="actions">Takes the actions.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to remember, and when an offer that was refused may be made again.</returns>
    internal static (ConnectionMemory Memory, DateTimeOffset? NextDeadline) Offer(
        ConnectionView view,
        ConnectionMemory memory,
        ImmutableArray<SubflowView> carrying,
        List<DataPlaneAction> actions,
        DateTimeOffset now)
    {
        var offers = view.Class.Paths
            .Where(p => p.Role != PathRole.Avoid && p.PathClass != PathClassReader.Other && view.CanJoin(p.Path)
                && !p.Path.Address.Equals(view.Connection.Local.Address)
                && p.Path.Address.AddressFamily == view.Connection.Local.Address.AddressFamily)
            .Take(view.Limits.Subflows - 1)
            .ToImmutableArray();
        foreach (var taken in memory.Paths.Where(p => p.Announced && !offers.Any(o => o.Path == p.Path)))
        {
            // It closes the subflows of the address at both ends: not the last one.
            if (carrying.Any(s => s.Key != taken.Path))
            {
                memory = memory.Withdrawn(taken.Path, taken.LocalId);
                actions.Add(new WithdrawAddress(view.Connection.Token, taken.LocalId, $"{taken.Path}: not offered any more"));
            }
        }

        DateTimeOffset? next = null;
        foreach (var offer in offers.Where(o => !memory.Path(o.Path).Announced))
        {
            var at = memory.AnnounceNotBefore(offer.Path);
            if (at > now)
            {
                next = next is null || at < next ? at : next;
            }
            else if (AddressIds.Choose(view.Connection, view.Subflows.Select(s => s.State), memory, offer.Path) is { } id)
            {
                memory = memory.Announced(offer.Path, id);
                actions.Add(new AnnounceAddress(view.Connection.Token, offer.Path, id, offer.Reason));
            }
        }

        return (memory, next);
    }
}
