using Multipath.Contracts.Wire;
using Multipath.Silo.Hosting;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Storage.Archive;

/// <summary>
/// One file of exported state, which a silo of the build that is one process wrote: either build goes on with it, and writes the same.
/// </summary>
public sealed class ExportedFleetTests
{
    private static readonly string Exported = System.IO.Path.Combine(AppContext.BaseDirectory, "fleet.export.jsonl");

    [Fact]
    public async Task A_fleet_goes_on_from_what_a_silo_of_either_build_exported()
    {
        await using var silo = await TestSilo.Start();
        await silo.Restart(() => Store("import", Exported, silo).GetAwaiter().GetResult());

        var policy = Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        Assert.Equal((Texts.Policy(), 1ul), (policy.Yaml, policy.Revision));
        var running = (await silo.Host()).Summary.Running;
        Assert.Equal((1ul, 1ul), (running.Epoch, running.Generation));
        await using var agent = await silo.Agent(running: running, sequence: 1);
        await agent.ReportAll();
        Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        await silo.HostIs(HostStatus.Settled);

        var again = System.IO.Path.GetTempFileName();
        File.Delete(again);
        await Store("export", again, silo);
        Assert.Equal(States(Exported, "policy"), States(again, "policy"));
        Assert.Equal(3, States(again, "").Length);
        File.Delete(again);
    }

    private static string[] States(string file, string name) =>
        [.. File.ReadAllLines(file).Where(line => line.StartsWith($"{{\"state\":\"{name}", StringComparison.Ordinal))];

    private static async Task Store(string verb, string file, TestSilo silo)
    {
        using StringWriter output = new(), errors = new();
        string[] replace = verb == "import" ? ["--replace"] : [];
        var code = await Upkeep.Run([verb, file, .. silo.Ground.Store, .. replace], _ => null, output, errors, default);
        Assert.Equal((0, ""), (code, errors.ToString()));
    }
}
