using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>What a <c>Stack</c> is made with.</summary>
public sealed record StackOptions
{
    /// <summary>Addresses that the stack answers for; none for every address (a TUN device that routes a network to it).</summary>
    public IReadOnlyList<IpAddr> LocalAddresses { get; init; } = [];

    /// <summary>Bytes of the largest IP packet that is sent and, by way of the MSS option, asked for.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Give out, and expect, packets of up to 64 KB that stand for several segments, with partial checksums.</summary>
    public bool SegmentationOffload { get; init; }

    /// <summary>Bounds.</summary>
    public StackLimits Limits { get; init; } = new();

    /// <summary>Keys, nonces, ports and initial sequence numbers come from here: a cryptographic source outside of simulation.</summary>
    public required IEntropy Entropy { get; init; }

    /// <summary>Low end of the ports that <c>Connect</c> picks from when it is given none (RFC 6335 section 6).</summary>
    public ushort FirstEphemeralPort { get; init; } = 32768;

    /// <summary>
    /// Where several stacks share addresses: the local ports that <c>Connect</c> picks and takes, and the tokens of its connections, which
    /// have to be unique on a host (RFC 8684 section 3.1). All of them by default.
    /// </summary>
    public StackShare Share { get; init; } = new(0, 1);

    /// <summary>Whether the stack answers for an address.</summary>
    internal bool IsLocal(IpAddr address)
    {
        foreach (var local in LocalAddresses)
        {
            if (local == address)
            {
                return true;
            }
        }

        return LocalAddresses.Count == 0;
    }
}
