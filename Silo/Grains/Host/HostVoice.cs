using System.Globalization;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Host;

/// <summary>Tells the fleet what changed about a host: one message for each turn at most, none for measurements alone.</summary>
internal sealed class HostVoice(string host, IFleetGrain fleet, TimeProvider clock)
{
    /// <summary>The summary's last-seen time is refreshed this often while nothing else changes.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);

    private readonly List<FleetHappening> _untold = [];
    private HostSummary? _told;
    private DateTimeOffset _last;

    public void Say(string kind, string text, PlanVersion? version = null) =>
        _untold.Add(new FleetHappening(clock.GetUtcNow(), host, kind, text, version));

    /// <summary>What a report changed for people: paths that came, went or changed their state, and what happened on the host.</summary>
    public void SayReport(HostPicture before, HostPicture after, HostReport report)
    {
        var changed = after.Paths.Values
            .Where(path => Describe(before.Paths.GetValueOrDefault(path.Path)) != Describe(path))
            .Select(path => $"{path.Path} {Describe(path)}")
            .Concat(before.Paths.Keys.Where(path => !after.Paths.ContainsKey(path)).Select(path => $"{path} gone"));
        var text = string.Join(", ", changed);
        if (text.Length > 0)
        {
            Say("report", text);
        }

        foreach (var occurrence in report.Occurrences)
        {
            Say("occurrence", $"{occurrence.Kind}: {occurrence.Text}");
        }
    }

    /// <summary>Loss in steps of ten percent: what people want to hear of, without a message for each measurement.</summary>
    private static string Describe(PathObservation? path)
    {
        var state = path?.State switch
        {
            PathState.Up => "up",
            PathState.LinkDown => "link down",
            PathState.Silent => "silent",
            _ => "unknown",
        };
        var lossPct = Math.Round((path?.LossPct ?? 0) / 10) * 10;
        return lossPct > 0 ? string.Create(CultureInfo.InvariantCulture, $"{state}, {lossPct:0}% loss") : state;
    }

    /// <summary>Enters the host in the fleet's index.</summary>
    public Task<Governance> Join(HostSummary summary) => fleet.Join(Later(summary));

    public Task Publish(HostSummary summary)
    {
        var differs = _told is null || summary with { LastSeen = _told.LastSeen } != _told;
        if (!differs && _untold.Count == 0 && summary.LastSeen - _told!.LastSeen < Refresh)
        {
            return Task.CompletedTask;
        }

        _told = Later(summary);
        EquatableArray<FleetHappening> happenings = [.. _untold];
        _untold.Clear();
        return fleet.HostChanged(_told, happenings);
    }

    /// <summary>One message may overtake another; the fleet knows the older by this, whatever the clock does.</summary>
    private HostSummary Later(HostSummary summary)
    {
        _last = summary.LastSeen > _last ? summary.LastSeen : _last.AddTicks(1);
        return summary with { LastSeen = _last };
    }
}
