using System.Collections.Immutable;
using System.Globalization;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Output;

/// <summary>One host for a person.</summary>
internal static class HostText
{
    /// <summary>Everything that is known of it.</summary>
    public static void Write(Shell shell, HostDetail detail)
    {
        var host = detail.Summary ?? new HostSummary();
        var fields = new FieldList(shell.Out);
        fields.Write("Host", host.Host);
        fields.Write("Status", Words.Of(host.Status));
        if (detail.Trouble.Length > 0)
        {
            fields.Write("Trouble", detail.Trouble);
        }

        fields.Write("Policy", Words.Or(host.Policy));
        fields.Write("Plan", $"running {Words.Of(host.Running)}, desired {Words.Of(host.Desired)}");
        fields.Write("Seen", Words.Ago(shell.Time, host.LastSeenUs));
        fields.Write("Agent", Words.Or(detail.AgentVersion));
        fields.Write("Labels", Words.Labels(host.Labels));
        fields.Write("Connections", host.Connections.ToString(CultureInfo.InvariantCulture));
        Section(shell, "Paths", ["PATH", "STATE", "RTT", "LOSS", "SUBFLOWS", "SENT", "RECEIVED"], [.. detail.Paths.Select(Cells)]);
        Plan(shell, detail.Plan, traffic: null);
        Section(
            shell,
            "Happened",
            ["AT", "KIND", "PATH", "WHAT"],
            [
                .. detail.Occurrences.Select(happened => ImmutableArray.Create(
                    Words.Instant(happened.AtUs) ?? Words.None, happened.Kind, Words.Of(happened.Path), happened.Text)),
            ]);
    }

    /// <summary>Each line of the plan with its reason, for one traffic class or for all.</summary>
    public static void Plan(Shell shell, Plan? plan, string? traffic)
    {
        foreach (var one in plan?.Classes.Where(one => traffic is null || one.Name == traffic) ?? [])
        {
            var scheduler = one.Scheduler.Length == 0 ? "" : $", scheduler {SafeText.Line(one.Scheduler)}";
            Section(
                shell,
                $"Traffic {SafeText.Line(one.Name)} ({Words.Of(one.Objective)}{scheduler})",
                ["ROLE", "PATH", "CLASS", "WHY"],
                [
                    .. one.Paths.Select(path => ImmutableArray.Create(
                        Words.Of(path.Role), Words.Of(path.Path), path.PathClass, path.Reason)),
                ]);
        }
    }

    private static void Section(Shell shell, string title, ImmutableArray<string> headers, IReadOnlyList<ImmutableArray<string>> rows)
    {
        if (rows.Count > 0)
        {
            shell.Out.WriteLine();
            shell.Out.WriteLine(title);
            Printer.Table(shell, headers, rows);
        }
    }

    private static ImmutableArray<string> Cells(Multipath.Contracts.Wire.Path path) =>
    [
        Words.Of(path.Id), Words.Of(path.State), Words.Measured(path.HasRttMs, path.RttMs, "ms"),
        Words.Measured(path.HasLossPct, path.LossPct, "%"),
        path.Subflows.ToString(CultureInfo.InvariantCulture), Bytes(path.BytesSent), Bytes(path.BytesReceived),
    ];

    private static string Bytes(ulong count)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var (value, unit) = ((double)count, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }
}
