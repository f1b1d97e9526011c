using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>
/// Which subflows of a connection that the peer opened are over the limit. The peer makes them, and nothing else bounds how many.
/// </summary>
internal static class JoinLimit
{
    /// <summary>Chooses those that are too many.</summary>
    /// <param name="view">The connection.</param>
    /// <param name="subflows">Its established subflows that are not being destroyed.</param>
    /// <param name="known">Those that were within the limit before, oldest first.</param>
    /// <returns>Those that are too many, and those that are within the limit from now on, oldest first.</returns>
    /// <remarks>
    /// The newest go, after those that carry nothing. But one that has the addresses of an older one takes its place: the peer made it anew
    /// because the older one died, which this end need not have seen.
    /// </remarks>
    internal static (ImmutableArray<SubflowView> Over, EquatableArray<SubflowEnds> Within) Choose(
        ConnectionView view, ImmutableArray<SubflowView> subflows, EquatableArray<SubflowEnds> known)
    {
        var byAge = subflows.OrderBy(s => !s.IsAlive).ThenBy(s => !IsFirst(view, s)).ThenBy(s => Age(s, known)).ToList();
        List<SubflowView> over = [];
        while (byAge.Count > view.Limits.Subflows)
        {
            var replaced = byAge.FirstOrDefault(s => byAge.Skip(byAge.IndexOf(s) + 1).Any(newer => SameAddresses(s, newer)));
            var victim = replaced ?? byAge[^1];
            byAge.Remove(victim);
            over.Add(victim);
        }

        return ([.. over], byAge.Select(s => new SubflowEnds(s.State.Local, s.State.Remote)).ToEquatableArray());
    }

    private static bool IsFirst(ConnectionView view, SubflowView subflow) =>
        subflow.State.Local.Equals(view.Connection.Local) && subflow.State.Remote.Equals(view.Connection.Remote);

    private static int Age(SubflowView subflow, EquatableArray<SubflowEnds> known)
    {
        var index = known.Items.IndexOf(new SubflowEnds(subflow.State.Local, subflow.State.Remote));
        return index < 0 ? int.MaxValue : index;
    }

    private static bool SameAddresses(SubflowView left, SubflowView right) =>
        left.State.Local.Address.Equals(right.State.Local.Address) && left.State.Remote.Address.Equals(right.State.Remote.Address);
}
