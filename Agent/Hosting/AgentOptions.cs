using System.Collections.Immutable;

namespace Multipath.Agent.Hosting;

/// <summary>How an agent is to run.</summary>
/// <param name="Host">The host's id, unique in the fleet.</param>
public sealed record AgentOptions(string Host)
{
    /// <summary>The silo, such as <c>http://silo:7443</c>; null for an agent that stands alone.</summary>
    public Uri? Silo { get; init; }

    /// <summary>Labels that policies select hosts by.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// The name of the network namespace whose connections are steered; null for the process's own. The silo is reached from the
    /// process's own in either case.
    /// </summary>
    public string? Netns { get; init; }

    /// <summary>Where the last plan is kept; null to keep none.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>The text of a policy to follow until a silo gives a plan; null for none.</summary>
    public string? PolicyYaml { get; init; }

    /// <summary>The policy's file name, for error texts.</summary>
    public string PolicyFileName { get; init; } = "policy";

    /// <summary>Log lines as JSON objects.</summary>
    public bool JsonLog { get; init; }

    /// <summary>Where log lines go.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;
}

/// <summary>The agent cannot run on this host; the message says why and what to do.</summary>
/// <param name="reason">Why.</param>
public sealed class AgentCannotRunException(string reason) : Exception(reason);
