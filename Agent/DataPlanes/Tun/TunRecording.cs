namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>What is kept of the packets that pass a TUN interface, for people to look at.</summary>
public sealed record TunRecording
{
    /// <summary>A file that tcpdump, tshark and Wireshark read, made anew; null for none.</summary>
    public string? Pcap { get; init; }

    /// <summary>Gets a line for each packet; null for none.</summary>
    public TextWriter? Lines { get; init; }

    /// <summary>Bytes of the file, and characters of the lines, after which no more is kept: a disk must not fill up unseen.</summary>
    public long Limit { get; init; } = 64 << 20;
}
