using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Lets packets of a stack's addresses leave with their uplink's own address, for networks that know the host by that one alone: a table of
/// nftables' own, gone when this is disposed.
/// </summary>
internal sealed class UplinkMasquerade : IDisposable
{
    private readonly string? _netns;
    private readonly string _table;

    private UplinkMasquerade(string? netns, string device) => (_netns, _table) = (netns, $"inet mpagent_{device.Replace('.', '_')}");

    /// <summary>Makes the table anew.</summary>
    /// <exception cref="IOException">There is no <c>nft</c>, or it refused.</exception>
    internal static UplinkMasquerade Apply(string? netns, string device, ImmutableArray<TunUplink> uplinks)
    {
        var made = new UplinkMasquerade(netns, device);
        made.Run(Script(made._table, uplinks));
        return made;
    }

    /// <summary>What nft is told. Pure.</summary>
    internal static string Script(string table, ImmutableArray<TunUplink> uplinks)
    {
        var script = new StringBuilder($"add table {table}\ndelete table {table}\nadd table {table}\n");
        script.Append($"add chain {table} out {{ type nat hook postrouting priority srcnat; }}\n");
        foreach (var uplink in uplinks)
        {
            var family = uplink.Address.AddressFamily == AddressFamily.InterNetwork ? "ip" : "ip6";
            script.Append($"add rule {table} out {family} saddr {uplink.Address} oifname \"{uplink.Interface}\" masquerade\n");
        }

        return script.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Run($"delete table {_table}\n");
        }
        catch (IOException)
        {
            // Somebody else has flushed the ruleset.
        }
    }

    private void Run(string script)
    {
        var start = new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        try
        {
            using var nft = NetNamespace.Run(_netns, () => Process.Start(start)) ?? throw new IOException("nft did not start.");
            nft.StandardInput.Write(script);
            nft.StandardInput.Close();
            var said = nft.StandardError.ReadToEnd();
            nft.WaitForExit();
            if (nft.ExitCode != 0)
            {
                throw new IOException($"nft refused to masquerade: {said.Trim()}");
            }
        }
        catch (Win32Exception)
        {
            throw new IOException("Cannot masquerade without the command nft (nftables).");
        }
    }
}
