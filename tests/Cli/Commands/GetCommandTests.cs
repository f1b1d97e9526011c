namespace Multipath.Cli.Tests.Commands;

public sealed class GetCommandTests
{
    private const string Table = """
        HOST     STATUS    POLICY   PLAN   PATHS   CONNECTIONS   SEEN
        van-12   away      -        -      0/0     0             3d
        van-7    settled   vans     3.17   1/2     4             12s

        """;

    private const string Wide = """
        HOST     STATUS    POLICY   PLAN   PATHS   CONNECTIONS   SEEN   DESIRED   LABELS
        van-12   away      -        -      0/0     0             3d     -         -
        van-7    settled   vans     3.17   1/2     4             12s    3.17      area=north,class=van

        """;

    private const string Yaml = """
        apiVersion: multipath/v1
        kind: HostList
        items:
        - apiVersion: multipath/v1
          kind: Host
          metadata:
            name: van-7
            labels:
              area: north
              class: van
          status:
            state: settled
            policy: vans
            desired: "3.17"
            running: "3.17"
            pathsUp: 1
            paths: 2
            connections: 4
            lastSeen: "2026-03-01T11:59:48.000Z"

        """;

    private const string Json = """
        {
          "apiVersion": "multipath/v1",
          "kind": "HostList",
          "items": [
            {
              "apiVersion": "multipath/v1",
              "kind": "Host",
              "metadata": {
                "name": "van-12",
                "labels": {}
              },
              "status": {
                "state": "away",
                "policy": null,
                "desired": null,
                "running": null,
                "pathsUp": 0,
                "paths": 0,
                "connections": 0,
                "lastSeen": "2026-02-26T12:00:00.000Z"
              }
            }
          ]
        }

        """;

    [Theory]
    [InlineData(Table, "get", "hosts")]
    [InlineData(Table, "get", "hosts", "-o", "table")]
    [InlineData(Wide, "get", "hosts", "-o", "wide")]
    [InlineData("host/van-12\nhost/van-7\n", "get", "hosts", "-o", "name")]
    [InlineData(Yaml, "get", "hosts", "van-7", "-o", "yaml")]
    [InlineData(Json, "get", "host", "van-12", "--output", "json")]
    public async Task Hosts_are_listed_by_name(string expected, params string[] args)
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.AddRange([Sample.Settled, Sample.Away]);
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync(args));
    }

    [Fact]
    public async Task The_silo_selects_hosts()
    {
        await using var silo = await FakeSilo.StartAsync();
        Assert.Equal(new Outcome(0, "", "no hosts\n"), await silo.RunAsync("get", "hosts", "-l", "class in (van),!canary"));
        Assert.Equal("class in (van),!canary", silo.Fleet.LastSelector);
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_an_error()
    {
        await using var silo = await FakeSilo.StartAsync();
        var expected = new Outcome(2, "", "error: no host 'van-9'\n  Without a name, and without -l, all are listed.\n");
        Assert.Equal(expected, await silo.RunAsync("get", "hosts", "van-9"));
    }

    [Theory]
    [InlineData("POLICY   PRIORITY   HOSTS       REVISION   CHANGED\nvans     100        class=van   3          5h\n", "get", "policies")]
    [InlineData(Sample.Yaml, "get", "policy", "vans", "-o", "yaml")]
    [InlineData("policy/vans\n", "get", "policies", "-o", "name", "-l", "team=logistics")]
    [InlineData("", "get", "policies", "-o", "name", "-l", "team=other")]
    public async Task Policies_are_listed(string expected, params string[] args)
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync(args));
    }

    [Fact]
    public async Task A_name_cannot_write_to_the_terminal()
    {
        await using var silo = await FakeSilo.StartAsync();
        var host = Sample.Away;
        host.Summary.Host = "van\u001b[2J\n7";
        silo.Fleet.Hosts.Add(host);
        Assert.Equal("host/van\\u001b[2J\\u000a7\n", (await silo.RunAsync("get", "hosts", "-o", "name")).Out);
    }

    [Fact]
    public async Task At_a_terminal_the_table_is_drawn()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Hosts.Add(Sample.Settled);
        var outcome = await Tool.RunAsync(["get", "hosts", "--server", silo.Address], isTerminal: true);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("─", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("van-7", outcome.Out, StringComparison.Ordinal);
    }
}
