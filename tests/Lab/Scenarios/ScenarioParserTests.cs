using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Tests.Scenarios;

public sealed class ScenarioParserTests
{
    private const string Hosts = "hosts: [{name: van}, {name: hub, role: server}]\n";
    private const string Links = "links: [{name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}]\n";
    private const string Head = "name: x\nduration: 5s\n";

    [Fact]
    public void The_scenario_of_the_demo_is_read()
    {
        var scenario = ScenarioParser.ReadFile(Path.Combine(AppContext.BaseDirectory, "Scenarios", "three-uplinks.yaml"));

        Assert.Equal(["van", "hub"], scenario.Hosts.Select(h => h.Name));
        Assert.Equal([20_000_000L, 10_000_000L, 5_000_000L], scenario.Links.Select(l => l.Upload.BitsPerSecond));
        Assert.Equal([10.0, 25.0, 40.0], scenario.Links.Select(l => l.Download.Delay.TotalMilliseconds));
        Assert.Equal(
            [new LinkChange(Loss: 0.2), new LinkChange(Outage: Outage.Down), new LinkChange(Loss: 0, Outage: Outage.None)],
            scenario.Timeline.Select(e => e.Change));
    }

    [Fact]
    public void Knobs_units_and_labels_are_read()
    {
        var scenario = ScenarioParser.Read("s.yaml", Head + """
            hosts: [{name: van, labels: {class: van}}, {name: hub, role: server}]
            links:
            - {name: sat, from: van, to: hub, interface: wwan1, rate: 5mbit, uploadRate: 500kbit, rtt: 80ms,
               jitter: 30ms, jitterEvery: 0s, loss: 1.5%, queue: 64kB}
            """);

        var knobs = new LinkKnobs(5_000_000, TimeSpan.FromMilliseconds(40), 64_000)
        {
            Jitter = TimeSpan.FromMilliseconds(30),
            JitterEvery = TimeSpan.Zero,
            Loss = 0.015,
        };
        Assert.Equal(knobs, scenario.Links[0].Download);
        Assert.Equal(knobs with { BitsPerSecond = 500_000 }, scenario.Links[0].Upload);
        Assert.Equal("van", scenario.Hosts[0].Labels["class"]);
    }

    [Theory]
    [InlineData(Head + Hosts + Links + "colour: red\n", 5, 1, "unknown key 'colour'")]
    [InlineData("name: x\n" + Hosts, 1, 1, "'duration' is missing")]
    [InlineData("name: x\nduration: 5\n" + Hosts, 2, 11, "'5' is no good 'duration', expected a time")]
    [InlineData(Head + "hosts: [{name: Van}, {name: hub, role: server}]\n", 3, 16, "no host name")]
    [InlineData(Head + "hosts: [{name: van}]\n", 3, 8, "at least one client and one server")]
    [InlineData(Head + "hosts: [{name: van}, {name: van}, {name: hub, role: server}]\n", 3, 8, "given twice")]
    [InlineData(Head + "hosts: [{name: van, role: king}]\n", 3, 27, "unknown 'king', expected one of client, server")]
    [InlineData(Head + Hosts + Links + "timeline: [{at: 1s, link: lte, loss: 2%}]\n", 5, 27, "unknown 'lte', expected one of wifi")]
    [InlineData(Head + Hosts + Links + "timeline: [{at: 1s, link: wifi}]\n", 5, 17, "nothing changes")]
    [InlineData(Head + Hosts + Links + "timeline: [{at: 1s, link: wifi, loss: 120%}]\n", 5, 39, "expected a share")]
    [InlineData(Head + Hosts + Links + "timeline: 7\n", 5, 11, "expected a list")]
    [InlineData("- 1\n", 1, 1, "expected a mapping")]
    [InlineData("name: [\n", 2, 1, "")]
    [InlineData("", 1, 1, "expected one document")]
    [InlineData("kind: Policy", 1, 7, "this is a Policy, expected a scenario, which names its policies")]
    public void Errors_name_the_place_and_what_was_expected(string text, int line, int column, string problem)
    {
        var error = Assert.Throws<ScenarioException>(() => ScenarioParser.Read("s.yaml", text));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"s.yaml:{line}:{column}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20mbit", true)]
    [InlineData("20", false)]
    [InlineData("-1mbit", false)]
    [InlineData("0bit", false)]
    [InlineData("2000gbit", false)]
    [InlineData("NaNmbit", false)]
    [InlineData("mbit", false)]
    public void Rates_carry_a_unit_and_are_bounded(string text, bool good) => Assert.Equal(good, ScenarioUnits.TryRate(text, out _));

    [Fact]
    public void The_timeline_gives_each_event_once_in_its_time()
    {
        var first = new ScenarioEvent(TimeSpan.FromSeconds(1), "wifi", new LinkChange(Loss: 1), "");
        var second = first with { At = TimeSpan.FromSeconds(2) };
        var timeline = new Timeline([first, second]);

        Assert.Null(timeline.PollDue(TimeSpan.FromSeconds(0.5)));
        Assert.Equal(first, timeline.PollDue(TimeSpan.FromSeconds(1)));
        Assert.Null(timeline.PollDue(TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(2), timeline.NextDeadline);
        Assert.Equal(second, timeline.PollDue(TimeSpan.FromSeconds(9)));
        Assert.Null(timeline.NextDeadline);
    }
}
