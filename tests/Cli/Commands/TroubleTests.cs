using Grpc.Core;

namespace Multipath.Cli.Tests.Commands;

public sealed class TroubleTests
{
    // Port 1 of the loopback has no listener on any machine that runs tests.
    private const string Nobody = "http://127.0.0.1:1";

    [Fact]
    public async Task An_unreachable_silo_is_named_with_what_to_do()
    {
        var outcome = await Tool.RunAsync(["get", "hosts"], serverVariable: Nobody);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith($"error: the silo at {Nobody} cannot be reached: ", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "\n  Is it running? Start it with mpsilo, or name another one with --server or MPCTL_SERVER; 'mpctl doctor' looks closer.\n",
            outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_option_goes_before_the_variable()
    {
        await using var silo = await FakeSilo.StartAsync();
        var outcome = await Tool.RunAsync(["get", "hosts", "-o", "name", "--server", silo.Address], serverVariable: Nobody);
        Assert.Equal(new Outcome(0, "", ""), outcome);
    }

    [Fact]
    public async Task A_silent_silo_is_given_up_on()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.IsSilent = true;
        var expected = $"error: the silo at {silo.Address} did not answer within 50ms\n"
            + "  Give it longer with --timeout, or let 'mpctl doctor' look.\n";
        Assert.Equal(new Outcome(2, "", expected), await silo.RunAsync("get", "hosts", "--timeout", "50ms"));
    }

    [Theory]
    [InlineData(
        StatusCode.PermissionDenied, "viewers may not",
        "refuses: viewers may not\n  Your role does not allow this; ask who runs the fleet.\n")]
    [InlineData(
        StatusCode.Unavailable, "The disk is full.",
        "cannot do it now: The disk is full.\n  Try again when that is mended; hosts go on meanwhile.\n")]
    [InlineData(StatusCode.ResourceExhausted, "busy", "sheds load: busy\n  Try again in a moment.\n")]
    [InlineData(StatusCode.Internal, "bug \u001b[1m", "failed (Internal): bug \\u001b[1m\n  Its log says more.\n")]
    public async Task A_refusal_says_what_it_means(StatusCode code, string detail, string expected)
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Trouble = new Status(code, detail);
        Assert.Equal(new Outcome(2, "", $"error: the silo at {silo.Address} {expected}"), await silo.RunAsync("get", "hosts"));
    }

    [Theory]
    [InlineData("error: 'silo:1' is no server address\n", "get", "hosts", "--server", "silo:1")]
    [InlineData("error: --output 'xml' is unknown; expected one of table, wide, json, yaml, name.\n", "get", "hosts", "-o", "xml")]
    [InlineData("error: --timeout '10' is no duration; expected for example 500ms, 10s or 2m.\n", "get", "hosts", "--timeout", "10")]
    [InlineData("error: Option '--filename' is required.\n  'mpctl apply --help' shows what it takes.\n", "apply")]
    [InlineData("error: 'mpctl check' needs <file>\n  'mpctl check --help' shows what it takes.\n", "check")]
    [InlineData("error: 'mpctl' has no command 'aply'; there are: get, describe, apply, diff, delete, watch, why, host, check, doctor, "
        + "completion\n  'mpctl --help' shows what it takes.\n", "aply", "-f", "x.yaml")]
    [InlineData("error: 'mpctl get' needs a command; there are: ", "get")]
    [InlineData("error: selector:1:", "get", "policies", "-l", "a in")]
    public async Task A_wrong_command_line_says_what_is_expected(string error, params string[] args)
    {
        var outcome = await Tool.RunAsync(args);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith(error, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_finds_a_healthy_fleet_well()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        silo.Fleet.Hosts.Add(Sample.Settled);
        var expected = $"ok     the silo at {silo.Address} answers\nok     policies are stored\nok     hosts run what they should\n";
        Assert.Equal(new Outcome(0, expected, ""), await silo.RunAsync("doctor"));
    }

    [Fact]
    public async Task Doctor_stops_at_the_first_thing_that_is_wrong()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        silo.Fleet.Hosts.AddRange([Sample.Settled, Sample.Away]);
        var hosts = await silo.RunAsync("doctor");
        Assert.Equal(1, hosts.Code);
        Assert.EndsWith(
            "WRONG  hosts run what they should: 1 of 2 do not; van-12 is away\n       'mpctl describe host van-12' says why.\n",
            hosts.Out,
            StringComparison.Ordinal);
        silo.Fleet.IsReady = false;
        var expected = $"WRONG  the silo at {silo.Address} answers: it is not ready (NotServing)\n"
            + "       It may still be starting, or its store is away; its log says more.\n";
        Assert.Equal(new Outcome(1, expected, ""), await silo.RunAsync("doctor"));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _mpctl mpctl\n")]
    [InlineData("zsh", "compdef _mpctl mpctl\n")]
    [InlineData("fish", "(commandline) 2>/dev/null)'\n")]
    public async Task Completion_is_a_script(string shell, string end) =>
        Assert.EndsWith(end, (await Tool.RunAsync(["completion", shell])).Out, StringComparison.Ordinal);

    [Fact]
    public async Task The_tool_suggests_its_commands()
    {
        var outcome = await Tool.RunAsync(["[suggest:1]", "d"]);
        var lines = outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["delete", "describe", "diff", "doctor"], lines.Where(line => line.StartsWith('d')).Order(StringComparer.Ordinal));
    }
}
