using System.Globalization;
using Multipath.Lab.Net;

namespace Multipath.Lab.Baselines;

/// <summary>
/// The kernel alone: its own path manager with one endpoint for each further uplink and the limits 4/4, as an administrator
/// would set it up by hand with <c>ip mptcp</c>. What an agent achieves is measured against this, in the same run.
/// </summary>
/// <param name="Backup">Further uplinks are backups: they carry data only when the first one does not.</param>
/// <param name="StaleLossCount">net.mptcp.stale_loss_cnt; null leaves the kernel's default.</param>
internal sealed record KernelBaseline(bool Backup, int? StaleLossCount = null)
{
    private const string Limits = "mptcp limits set subflows 4 add_addr_accepted 4";

    /// <summary>The kernel alone as the steering of a gap experiment.</summary>
    internal static Steering Steering(int? staleLossCount = null) => (topology, gapCase) =>
    {
        new KernelBaseline(gapCase.Backup, staleLossCount).Configure(topology.Client, topology.Server, topology.Links);
        return null;
    };

    /// <summary>Configures client and server; connections opened afterwards follow it.</summary>
    internal void Configure(NetHost client, NetHost server, IReadOnlyList<Link> links)
    {
        foreach (var host in (ReadOnlySpan<NetHost>)[client, server])
        {
            host.SetSysctl("net.mptcp.pm_type", "0");
            if (StaleLossCount is { } count)
            {
                host.SetSysctl("net.mptcp.stale_loss_cnt", count.ToString(CultureInfo.InvariantCulture));
            }
        }

        var role = Backup ? "subflow backup" : "subflow";
        IpCommand.Batch(server.Namespace, [Limits]);
        IpCommand.Batch(client.Namespace,
        [
            Limits,
            .. links.Skip(1).Select((l, i) => $"mptcp endpoint add {l.ClientAddress} dev {l.Interface} id {i + 1} {role}"),
        ]);
    }
}
