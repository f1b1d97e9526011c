using System.Net;

namespace Multipath.Silo.Hosting;

/// <summary>How a silo takes part in a cluster; of use only in the build that has one (<c>-p:Hosting=Orleans</c>).</summary>
public sealed record ClusterSettings
{
    /// <summary>The port for silos when none is given.</summary>
    public const int DefaultSiloPort = 11_111;

    /// <summary>
    /// Silos of one id in one database are one cluster with one state. Stays the same over upgrades; another id sees none of the state.
    /// </summary>
    public string Id { get; init; } = "multipath";

    /// <summary>Where other silos reach this one; null for loopback, which is enough for silos on one machine.</summary>
    public IPAddress? Advertise { get; init; }

    /// <summary>
    /// Another silo that does not answer a probe within this, three times in a row, counts as gone: its grains start elsewhere, and if it
    /// still runs it ends. A silo that is paused for longer than that (a suspended machine, a starved processor) is lost without need;
    /// one that is gone keeps its hosts waiting for as long.
    /// </summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A silo that cannot join within this ends with an error, for people or an orchestrator, rather than to try on in silence.
    /// </summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>TCP port for other silos.</summary>
    public int SiloPort { get; init; } = DefaultSiloPort;
}
