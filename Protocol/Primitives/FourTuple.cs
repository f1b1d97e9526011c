namespace Multipath.Protocol.Primitives;

/// <summary>What names a subflow: both of its ends, seen from this host.</summary>
/// <param name="Local">The end at this host.</param>
/// <param name="Remote">The peer's end.</param>
public readonly record struct FourTuple(Endpoint Local, Endpoint Remote)
{
    /// <summary>The same subflow seen from the peer.</summary>
    public FourTuple Reversed => new(Remote, Local);

    /// <summary>A hash for tables.</summary>
    /// <param name="seed">
    /// A secret of the table's owner: a peer chooses its own ports and addresses, and must not choose where they fall.
    /// </param>
    public ulong Hash(ulong seed)
    {
        var ports = ((ulong)Local.Port << 16) | Remote.Port;
        var local = Mix.Fold(Local.Address.High ^ seed, Local.Address.Low);
        var remote = Mix.Fold(Remote.Address.High ^ seed, Remote.Address.Low ^ (ports << 32));
        return Mix.Fold(local ^ ports, remote ^ seed);
    }

    /// <inheritdoc/>
    public bool Equals(FourTuple other) => Remote.Equals(other.Remote) && Local.Equals(other.Local);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash(0);

    /// <inheritdoc/>
    public override string ToString() => $"{Local} <-> {Remote}";
}
