using System.Globalization;
using System.Net;
using Multipath.Contracts.Wire;
using Multipath.Lab.Output;

namespace Multipath.Lab.Demo;

/// <summary>Turns what the silo knows of a host into the rows of the live view.</summary>
internal static class SnapshotReader
{
    /// <summary>The state of <paramref name="host"/> at <paramref name="at"/>.</summary>
    public static LabSnapshot Read(HostDetail host, TimeSpan at, double megabitsPerSecond)
    {
        var planned = host.Plan?.Classes.LastOrDefault()?.Paths.ToDictionary(path => path.Path, path => path) ?? [];
        var version = host.Plan?.Version;
        return new LabSnapshot(
            at,
            version is null ? "none" : $"{host.Plan!.Policy} {version.Epoch}.{version.Generation}",
            host.Summary.Status.ToString().ToLowerInvariant(),
            [.. host.Paths.Select(path => Row(path, planned.GetValueOrDefault(path.Id)))],
            [.. host.Connections.SelectMany(connection => connection.Subflows).Select(Row)],
            megabitsPerSecond);
    }

    private static PathRow Row(Contracts.Wire.Path path, PlannedPath? planned) => new(
        $"{path.Id.Interface} {new IPAddress(path.Id.Address.Span)}",
        path.State switch { PathState.Up => "up", PathState.LinkDown => "link down", PathState.Silent => "silent", _ => "unknown" },
        path.HasRttMs ? Text($"{path.RttMs:0.0} ms") : "-",
        path.HasLossPct ? Text($"{path.LossPct:0.0}%") : "-",
        planned?.Role.ToString().ToLowerInvariant() ?? "-",
        planned?.Reason ?? "");

    private static SubflowRow Row(Subflow subflow) => new(
        Text(subflow.Local),
        Text(subflow.Remote),
        !subflow.Established ? "joining" : subflow.Silent ? "silent" : subflow.Backup ? "backup" : "active",
        Text($"{subflow.BytesSent / 1e6:0.00} MB"),
        Text($"{subflow.RttUs / 1e3:0.0} ms"));

    private static string Text(Contracts.Wire.EndPoint end) => new IPEndPoint(new IPAddress(end.Address.Span), (int)end.Port).ToString();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
