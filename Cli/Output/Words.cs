using System.Globalization;
using System.Net;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Output;

/// <summary>Values of the wire as an operator reads them.</summary>
internal static class Words
{
    /// <summary>For what is not there.</summary>
    public const string None = "-";

    public static string Of(HostStatus status) => status switch
    {
        HostStatus.Settled => "settled",
        HostStatus.Updating => "updating",
        HostStatus.Refused => "refused",
        HostStatus.Unmanaged => "unmanaged",
        HostStatus.Away => "away",
        HostStatus.Held => "held",
        _ => "unknown",
    };

    public static string Of(PathState state) => state switch
    {
        PathState.Up => "up",
        PathState.LinkDown => "link down",
        PathState.Silent => "silent",
        _ => "unknown",
    };

    public static string Of(PathRole role) => role switch
    {
        PathRole.Active => "active",
        PathRole.Backup => "backup",
        PathRole.Avoid => "avoid",
        _ => "unknown",
    };

    public static string Of(Objective objective) => objective switch
    {
        Objective.Handover => "handover",
        Objective.Latency => "latency",
        Objective.Cost => "cost",
        Objective.Aggregate => "aggregate",
        _ => "unknown",
    };

    public static string Of(ApplyResult result) => result switch
    {
        ApplyResult.Created => "created",
        ApplyResult.Changed => "changed",
        ApplyResult.Unchanged => "unchanged",
        _ => "unknown",
    };

    /// <summary><c>3.17</c>: epoch, then generation.</summary>
    public static string Of(PlanVersion? version) =>
        version is null ? None : string.Create(CultureInfo.InvariantCulture, $"{version.Epoch}.{version.Generation}");

    /// <summary><c>wlan0/10.1.0.2</c>.</summary>
    public static string Of(PathId? path) => path is null ? None : $"{path.Interface}/{Of(path.Address)}";

    public static string Of(Google.Protobuf.ByteString address) =>
        address.Length is 4 or 16 ? new IPAddress(address.Span).ToString() : address.IsEmpty ? None : "invalid";

    /// <summary>A measured number with its unit, or that there is none.</summary>
    public static string Measured(bool has, double value, string unit) =>
        has ? string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}") : None;

    /// <summary><c>2026-03-01T12:00:00.250Z</c>; null for never.</summary>
    public static string? Instant(long unixMicroseconds) =>
        Time(unixMicroseconds)?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>When it was, in UTC; null for never, and for what no calendar holds.</summary>
    public static DateTimeOffset? Time(long unixMicroseconds) =>
        unixMicroseconds > 0 && unixMicroseconds / 1000 <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.UnixEpoch.AddTicks(unixMicroseconds * TimeSpan.TicksPerMicrosecond)
            : null;

    /// <summary>How long ago; a clock that is ahead of ours counts as now.</summary>
    public static string Ago(TimeProvider clock, long unixMicroseconds) =>
        Time(unixMicroseconds) is { } then ? Options.Duration.Age(clock.GetUtcNow() - then) : None;

    /// <summary><c>a=1,b=2</c> in ordinal order.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var pairs = labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}");
        var text = string.Join(',', pairs);
        return text.Length == 0 ? None : text;
    }

    /// <summary>The text, or that there is none.</summary>
    public static string Or(string text) => text.Length == 0 ? None : text;
}
