using System.Collections.Immutable;

namespace Multipath.Agent.Hosting;

/// <summary>How an agent is to run.</summary>
/// <param name="Host">The host's id, unique in the fleet.</param>
public sealed record AgentOptions(string Host)
{
    /// <summary>The silo, such as <c>http://silo:7443</c>; null for an agent that stands alone.</summary>
    public Uri? Silo { get; init; }

    /// <summary>
    /// More silos of the same cluster. Each attempt to connect takes the next one; none is needed where one address leads to all of them.
    /// </summary>
    public ImmutableArray<Uri> OtherSilos { get; init; } = [];

    /// <summary>Labels that policies select hosts by.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// The name of the network namespace whose connections are steered; null for the process's own. The silo is reached from the
    /// process's own in either case.
    /// </summary>
    public string? Netns { get; init; }

    /// <summary>
    /// Where the files of net.mptcp.* are; null for /proc/sys/net/mptcp, which a container sees read-only and needs mounted elsewhere.
    /// </summary>
    public string? SysctlDirectory { get; init; }

    /// <summary>Where the last plan is kept; null to keep none.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>
    /// Gives the routes of paths that stand by a large initial window, so that a handover to one loses no time to slow start. A route that
    /// has an initial window of somebody else is left alone, and all are as before when the agent stops. What a crash leaves behind is
    /// found again where there is a <see cref="StateDirectory"/>.
    /// </summary>
    public bool TuneStandbyRoutes { get; init; } = true;

    /// <summary>
    /// Bytes that a socket may hold without having sent them (net.ipv4.tcp_notsent_lowat), while the agent runs; null leaves the host's.
    /// The kernel hands each subflow up to 64 KB ahead, behind which data waits that a dead path left; 16 KB halve that wait. It holds
    /// for all of the host's TCP: programs are told of room later and write more often, which fast links pay for.
    /// </summary>
    public int? UnsentLimit { get; init; }

    /// <summary>The text of a policy to follow until a silo gives a plan; null for none.</summary>
    public string? PolicyYaml { get; init; }

    /// <summary>The policy's file name, for error texts.</summary>
    public string PolicyFileName { get; init; } = "policy";

    /// <summary>
    /// Where to serve the agent's metrics as a page for Prometheus, such as <c>http://127.0.0.1:9464</c>; port 0 takes a free one. Null
    /// to serve none.
    /// </summary>
    public Uri? Metrics { get; init; }

    /// <summary>Log lines as JSON objects.</summary>
    public bool JsonLog { get; init; }

    /// <summary>Where log lines go.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;
}

/// <summary>The agent cannot run on this host; the message says why and what to do.</summary>
/// <param name="reason">Why.</param>
public sealed class AgentCannotRunException(string reason) : Exception(reason);
