using Google.Protobuf;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Tests;

/// <summary>Things of a small fleet.</summary>
internal static class Sample
{
    public const string Yaml = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: vans, labels: {team: logistics}}
        spec:
          priority: 100
          hosts: class=van
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2}
          traffic:
          - {name: default, objective: handover}
          tests:
          - name: wifi first
            given: {paths: [{name: wifi, rttMs: 20}, {name: lte, rttMs: 60}]}
            expect: {class: default, active: [wifi], backup: [lte]}

        """;

    public static PolicyInfo Vans => new()
    {
        Name = "vans",
        Revision = 3,
        Priority = 100,
        Selector = "class=van",
        Yaml = Yaml,
        ChangedAtUs = Tool.MicrosecondsAgo(TimeSpan.FromHours(5)),
    };

    public static HostDetail Settled => new()
    {
        Summary = new HostSummary
        {
            Host = "van-7",
            Status = HostStatus.Settled,
            Policy = "vans",
            Desired = Version,
            Running = Version,
            PathsUp = 1,
            Paths = 2,
            Connections = 4,
            LastSeenUs = Tool.MicrosecondsAgo(TimeSpan.FromSeconds(12)),
            Labels = { ["class"] = "van", ["area"] = "north" },
        },
        AgentVersion = "1.0.0",
        Paths =
        {
            new Multipath.Contracts.Wire.Path
            {
                Id = Wifi,
                State = PathState.Up,
                RttMs = 20.5,
                LossPct = 0,
                BytesSent = 1536,
                BytesReceived = 3 << 20,
                Subflows = 4,
            },
            new Multipath.Contracts.Wire.Path { Id = Lte, State = PathState.Silent },
        },
        Plan = new Plan
        {
            Version = Version,
            ObservationSequence = 41,
            Policy = "vans",
            Classes =
            {
                new ClassPlan
                {
                    Name = "default",
                    Objective = Objective.Handover,
                    Paths =
                    {
                        Planned(Wifi, "wifi", PathRole.Active, "preference 1 is the lowest of 1, 2"),
                        Planned(Lte, "lte", PathRole.Avoid, "silent: no ACK while data was out"),
                    },
                },
            },
        },
        Occurrences =
        {
            new Occurrence
            {
                AtUs = Tool.MicrosecondsAgo(TimeSpan.FromMinutes(1)),
                Kind = "reflex",
                Path = Lte,
                Text = "left within 45 ms",
            },
        },
    };

    public static HostDetail Away => new()
    {
        Summary = new HostSummary { Host = "van-12", Status = HostStatus.Away, LastSeenUs = Tool.MicrosecondsAgo(TimeSpan.FromDays(3)) },
    };

    private static PlannedPath Planned(PathId path, string pathClass, PathRole role, string reason) =>
        new() { Path = path, PathClass = pathClass, Role = role, Reason = reason };

    private static PlanVersion Version => new() { Epoch = 3, Generation = 17 };

    private static PathId Wifi => new() { Interface = "wlan0", Address = ByteString.CopyFrom(10, 1, 0, 2) };

    private static PathId Lte => new() { Interface = "wwan0", Address = ByteString.CopyFrom(10, 2, 0, 2) };
}
