using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Picks local ports (RFC 6056 section 3.3.1: at random, then the next that is free).</summary>
internal sealed class Ports(StackOptions options, StackHost host)
{
    /// <summary>Completes the ends of a subflow.</summary>
    /// <param name="local">This end; port 0 for any.</param>
    /// <param name="remote">The peer's end.</param>
    /// <param name="tuple">The ends.</param>
    /// <returns>False when the address is not the stack's, no port is free, or the port is another stack's.</returns>
    public bool TryComplete(Endpoint local, Endpoint remote, out FourTuple tuple)
    {
        tuple = new FourTuple(local, remote);
        if (!options.IsLocal(local.Address))
        {
            return false;
        }

        if (local.Port != 0)
        {
            // In a group a flow is found whatever its port is; a share without one is all that its stack hears of.
            return (options.Share.Group is not null || options.Share.Has(local.Port)) && IsFree(tuple);
        }

        var count = ushort.MaxValue - options.FirstEphemeralPort + 1;
        var first = (int)(host.NextRandom() % (uint)count);
        for (var i = 0; i < count; i++)
        {
            tuple = new FourTuple(local with { Port = (ushort)(options.FirstEphemeralPort + ((first + i) % count)) }, remote);
            if (options.Share.Has(tuple.Local.Port) && IsFree(tuple))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsFree(in FourTuple tuple) => host.Flows.Find(tuple) is null
        && options.Share.Group?.TryFind(tuple, out _) != true;
}
