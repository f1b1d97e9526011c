using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Contracts.Wire;
using Multipath.Silo.Storage.Sqlite;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Storage;

/// <summary>The fleet's row is one for all hosts: what each of them says every few seconds must not rewrite it.</summary>
public sealed class FleetWritesTests
{
    [Fact]
    public async Task Reports_and_heartbeats_of_a_settled_host_write_nothing()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartWithPolicy(options => options with { Clock = time });
        await using var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        await silo.FleetHears(HostStatus.Settled);
        time.Advance(TimeSpan.FromSeconds(2));

        // A change of a policy is written before it is answered, and after all that the fleet's grain had to do before.
        await silo.Apply(Elsewhere("a"));
        var before = Writes(silo);
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.Up, 20 + i));
            await agent.UntilQuiet();
        }

        time.Advance(TimeSpan.FromSeconds(2));
        await silo.Apply(Elsewhere("b"));
        Assert.Equal(before + 1, Writes(silo));
    }

    private static string Elsewhere(string name) => Texts.Policy(name, "class=nothing");

    private static long Writes(TestSilo silo)
    {
        using var connection = new SqliteConnection(
            $"Data Source={System.IO.Path.Combine(silo.Ground.Folder, SqliteDatabase.FileName)};Pooling=False");
        connection.Open();
        return connection.ExecuteScalar<long>("SELECT etag FROM grain_state WHERE name = 'fleet'");
    }
}
