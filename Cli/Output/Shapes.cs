using System.Text.Json.Nodes;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Output;

/// <summary>The shapes that programs read. Names and meanings stay; new members may come.</summary>
internal static class Shapes
{
    public static JsonObject Of(HostSummary host) => new()
    {
        ["apiVersion"] = "multipath/v1",
        ["kind"] = "Host",
        ["metadata"] = new JsonObject { ["name"] = host.Host, ["labels"] = Map(host.Labels, value => value) },
        ["status"] = new JsonObject
        {
            ["state"] = Words.Of(host.Status),
            ["policy"] = NullIfEmpty(host.Policy),
            ["desired"] = Version(host.Desired),
            ["running"] = Version(host.Running),
            ["pathsUp"] = host.PathsUp,
            ["paths"] = host.Paths,
            ["connections"] = host.Connections,
            ["lastSeen"] = Words.Instant(host.LastSeenUs),
        },
    };

    public static JsonObject Of(HostDetail detail)
    {
        var shape = Of(detail.Summary ?? new HostSummary());
        var status = shape["status"]!.AsObject();
        status["agentVersion"] = NullIfEmpty(detail.AgentVersion);
        status["trouble"] = NullIfEmpty(detail.Trouble);
        status["observedPaths"] = List(detail.Paths, Of);
        status["plan"] = detail.Plan is { } plan ? Of(plan) : null;
        status["occurrences"] = List(detail.Occurrences, Of);
        status["counters"] = Map(detail.Counters, value => value);
        return shape;
    }

    public static JsonObject Of(Plan plan) => new()
    {
        ["version"] = Version(plan.Version),
        ["parent"] = Version(plan.Parent),
        ["policy"] = plan.Policy,
        ["observation"] = plan.ObservationSequence,
        ["classes"] = List(plan.Classes, traffic => new JsonObject
        {
            ["name"] = traffic.Name,
            ["objective"] = Words.Of(traffic.Objective),
            ["scheduler"] = NullIfEmpty(traffic.Scheduler),
            ["paths"] = List(traffic.Paths, path => new JsonObject
            {
                ["path"] = Words.Of(path.Path),
                ["class"] = path.PathClass,
                ["role"] = Words.Of(path.Role),
                ["reason"] = path.Reason,
            }),
        }),
    };

    public static JsonObject Of(PolicyInfo policy) => new()
    {
        ["apiVersion"] = "multipath/v1",
        ["kind"] = "Policy",
        ["metadata"] = new JsonObject { ["name"] = policy.Name },
        ["status"] = new JsonObject
        {
            ["revision"] = policy.Revision,
            ["priority"] = policy.Priority,
            ["hosts"] = policy.Selector,
            ["changedAt"] = Words.Instant(policy.ChangedAtUs),
        },
        ["yaml"] = policy.Yaml,
    };

    public static JsonObject Of(FleetEvent happened) => new()
    {
        ["at"] = Words.Instant(happened.AtUs),
        ["host"] = NullIfEmpty(happened.Host),
        ["kind"] = happened.Kind,
        ["version"] = Version(happened.Version),
        ["text"] = happened.Text,
    };

    private static JsonObject Of(Multipath.Contracts.Wire.Path path) => new()
    {
        ["path"] = Words.Of(path.Id),
        ["state"] = Words.Of(path.State),
        ["rttMs"] = path.HasRttMs ? Number(path.RttMs) : null,
        ["lossPct"] = path.HasLossPct ? Number(path.LossPct) : null,
        ["deliveryBytesPerSecond"] = path.HasDeliveryBytesPerSecond ? Number(path.DeliveryBytesPerSecond) : null,
        ["bytesSent"] = path.BytesSent,
        ["bytesReceived"] = path.BytesReceived,
        ["subflows"] = path.Subflows,
    };

    private static JsonObject Of(Occurrence happened) => new()
    {
        ["at"] = Words.Instant(happened.AtUs),
        ["kind"] = happened.Kind,
        ["path"] = happened.Path is { } path ? Words.Of(path) : null,
        ["text"] = happened.Text,
    };

    // JSON has no word for a number that is none.
    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string? Version(PlanVersion? version) => version is null ? null : Words.Of(version);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> shape) => new([.. items.Select(shape)]);

    private static JsonObject Map<T>(IEnumerable<KeyValuePair<string, T>> pairs, Func<T, JsonNode?> value) =>
        new(pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, value(pair.Value))));
}
