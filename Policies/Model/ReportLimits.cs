namespace Multipath.Policies.Model;

/// <summary>
/// What one report of a host may hold, for both ends: an agent leaves out what is more, and the silo refuses a report that has more. What
/// a peer or a program of the host can make grow is bounded here, or it could cut the host off from its silo.
/// </summary>
public static class ReportLimits
{
    /// <summary>Far more uplinks than a host can have; a host of containers has more interfaces.</summary>
    public const int Paths = 64;

    /// <summary>Of an agent; a host with more is told by its paths.</summary>
    public const int Connections = 4_096;

    /// <summary>A plan asks for 8 at most; under a path manager in userspace the kernel accepts as many as a peer joins.</summary>
    public const int SubflowsPerConnection = 32;

    /// <summary>Of all connections: about 1.3 MB, where a message may have 4. Each connection's first one is told beyond that.</summary>
    public const int Subflows = 16_384;

    /// <summary>Characters of an interface's name; Linux takes 15.</summary>
    public const int InterfaceName = 32;

    /// <summary>Characters of free text, such as an occurrence's.</summary>
    public const int Text = 4_096;

    /// <summary>Actions that an answer to a plan names, and again refusals; further refusals are counted.</summary>
    public const int Actions = 256;

    /// <summary>True for an interface name that can be reported: not empty or too long, no control characters, no white space.</summary>
    public static bool IsInterfaceName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= InterfaceName && !name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
    }
}
