using Multipath.Contracts.Wire;

namespace Multipath.Cli.Tests.Commands;

public sealed class HostCommandsTests
{
    [Fact]
    public async Task Describe_shows_a_host_whole()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Settled);
        const string expected = """
            Host:         van-7
            Status:       settled
            Policy:       vans
            Plan:         running 3.17, desired 3.17
            Seen:         12s
            Agent:        1.0.0
            Labels:       area=north,class=van
            Connections:  4

            Paths
            PATH             STATE    RTT       LOSS   SUBFLOWS   SENT      RECEIVED
            wlan0/10.1.0.2   up       20.5 ms   0 %    4          1.5 KiB   3 MiB
            wwan0/10.2.0.2   silent   -         -      0          0 B       0 B

            Traffic default (handover)
            ROLE     PATH             CLASS   WHY
            active   wlan0/10.1.0.2   wifi    preference 1 is the lowest of 1, 2
            avoid    wwan0/10.2.0.2   lte     silent: no ACK while data was out

            Happened
            AT                         KIND     PATH             WHAT
            2026-03-01T11:59:00.000Z   reflex   wwan0/10.2.0.2   left within 45 ms

            """;
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync("describe", "host", "van-7"));
    }

    [Fact]
    public async Task Why_gives_the_reason_of_each_line()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Settled);
        const string expected = """
            Plan 3.17, ranked by policy vans on report 41; it runs.

            Traffic default (handover)
            ROLE     PATH             CLASS   WHY
            active   wlan0/10.1.0.2   wifi    preference 1 is the lowest of 1, 2
            avoid    wwan0/10.2.0.2   lte     silent: no ACK while data was out

            """;
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync("why", "van-7"));
    }

    [Fact]
    public async Task Why_has_a_stable_shape()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Settled);
        const string expected = """
            version: "3.17"
            parent: null
            policy: vans
            observation: 41
            classes:
            - name: default
              objective: handover
              scheduler: null
              paths:
              - path: wlan0/10.1.0.2
                class: wifi
                role: active
                reason: "preference 1 is the lowest of 1, 2"
              - path: wwan0/10.2.0.2
                class: lte
                role: avoid
                reason: "silent: no ACK while data was out"

            """;
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync("why", "van-7", "-o", "yaml"));
    }

    [Theory]
    [InlineData(
        "van-12",
        "error: host 'van-12' has no plan: no policy selects it\n  'mpctl get policies' shows which hosts they select.\n")]
    [InlineData("van-9", "error: the fleet never saw host 'van-9'\n  'mpctl get hosts' and 'mpctl get policies' list what there is.\n")]
    public async Task Why_says_when_there_is_nothing_to_explain(string host, string error)
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Away);
        Assert.Equal(new Outcome(2, "", error), await silo.RunAsync("why", host));
    }

    [Fact]
    public async Task Watch_writes_a_line_for_each_event()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Events.AddRange(
        [
            new FleetEvent
            {
                AtUs = Tool.MicrosecondsAgo(TimeSpan.Zero), Host = "van-7", Kind = "plan", Text = "wifi is silent",
                Version = new PlanVersion { Epoch = 3, Generation = 18 },
            },
            new FleetEvent { AtUs = Tool.MicrosecondsAgo(TimeSpan.Zero), Host = "van-12", Kind = "disconnected" },
        ]);
        Assert.Equal(
            new Outcome(0, "12:00:00.000 van-7 plan 3.18 wifi is silent\n12:00:00.000 van-12 disconnected\n", ""),
            await silo.RunAsync("watch"));
        const string json = """{"at":"2026-03-01T12:00:00.000Z","host":"van-12","kind":"disconnected","version":null,"text":""}""";
        Assert.Equal(new Outcome(0, json + "\n", ""), await silo.RunAsync("watch", "van-12", "-o", "json"));
    }

    [Fact]
    public async Task Resume_lets_held_hosts_go_on_by_name_or_by_labels()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.AddRange([Held("van-1"), Held("van-2"), Held("van-3"), Sample.Settled]);
        Assert.Contains("van-1   held", (await silo.RunAsync("get", "hosts")).Out, StringComparison.Ordinal);
        Assert.Equal(new Outcome(0, "host/van-2 resumed\n", ""), await silo.RunAsync("host", "resume", "van-2"));
        Assert.Equal(
            new Outcome(0, "host/van-1 resumed\nhost/van-3 resumed\n", ""), await silo.RunAsync("host", "resume", "-l", "class=van"));
        Assert.Equal("class=van", silo.Fleet.LastSelector);
        Assert.Equal(new Outcome(0, "no host is held\n", ""), await silo.RunAsync("host", "resume", "-l", ""));
    }

    [Fact]
    public async Task Resume_says_which_host_is_not_held_and_what_to_name()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Settled);
        Assert.Equal(
            new Outcome(2, "", "error: host 'van-7' is not held\n  'mpctl get hosts' shows which are.\n"),
            await silo.RunAsync("host", "resume", "van-7"));
        Assert.Equal(
            new Outcome(2, "", "error: name hosts, or select them with -l\n  'mpctl get hosts' shows which are held.\n"),
            await silo.RunAsync("host", "resume"));
    }

    private static HostDetail Held(string host) => new() { Summary = new HostSummary { Host = host, Status = HostStatus.Held } };
}
