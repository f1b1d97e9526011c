using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Picks local ports (RFC 6056 section 3.3.1: at random, then the next that is free).</summary>
internal sealed class Ports(StackOptions options, StackHost host)
{
    /// <summary>Completes the ends of a subflow.</summary>
    /// <param name="local">This end; port 0 for any.</param>
    /// <param name="remote">The peer's end.</param>
    /// <param name="tuple">The ends.</param>
    /// <returns>False when no port is free, or the port is another stack's.</returns>
    public bool TryComplete(Endpoint local, Endpoint remote, out FourTuple tuple)
    {
        tuple = new FourTuple(local, remote);
        if (local.Port != 0)
        {
            return IsFree(tuple);
        }

        var count = ushort.MaxValue - options.FirstEphemeralPort + 1;
        var first = (int)(host.NextRandom() % (uint)count);
        for (var i = 0; i < count; i++)
        {
            tuple = new FourTuple(local with { Port = (ushort)(options.FirstEphemeralPort + ((first + i) % count)) }, remote);
            if (IsFree(tuple))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsFree(in FourTuple tuple) => options.Share.Has(tuple.Local.Port) && host.Flows.Find(tuple) is null
        && options.Share.Group?.TryFind(tuple, out _) != true;
}
