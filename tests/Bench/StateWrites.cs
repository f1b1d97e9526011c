using System.Diagnostics;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Storage.Sqlite;
using Multipath.TestKit;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Bench;

/// <summary>
/// Writes of grain state a second, each safe on the disk before its writer makes the next: the file of a silo alone and PostgreSQL on the
/// same disk, in turn.
/// </summary>
internal static class StateWrites
{
    private const int Runs = 3;

    /// <summary>About what a host's record is.</summary>
    private const int BodyLength = 1_500;

    private static readonly int[] Writers = [1, 64, 1_000];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("mpbench-").FullName;
        var (server, whyNot) = await PostgresServer.Launch("fsync=on");
        await using (var file = new SqliteGrainStorage(folder))
        {
            await using var postgres = server is null ? null : new PostgresGrainStorage(server.ConnectionString());
            if (postgres is null)
            {
                await output.WriteLineAsync($"no PostgreSQL: {whyNot}");
            }
            else
            {
                await postgres.Open(default);
            }

            foreach (var writers in Writers)
            {
                await MeasureAsync(output, writers, file, postgres);
            }
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task MeasureAsync(TextWriter output, int writers, IGrainStorage file, IGrainStorage? postgres)
    {
        var (ofFile, ofPostgres) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            ofFile.Add(await RateAsync(file, writers, run));
            if (postgres is not null)
            {
                ofPostgres.Add(await RateAsync(postgres, writers, run));
            }
        }

        await output.WriteLineAsync($"{writers,5} writers  SQLite {Median(ofFile),8:N0} /s"
            + (postgres is null ? "" : $"   PostgreSQL {Median(ofPostgres),8:N0} /s   ratio {Median(ofPostgres) / Median(ofFile):F2}"));
    }

    private static async Task<double> RateAsync(IGrainStorage store, int writers, int run)
    {
        var start = Stopwatch.GetTimestamp();
        var made = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer))));
        return made.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task<int> WriteAsync(int writer)
        {
            var grain = GrainId.Create("host", $"{writers}-{run}-{writer}");
            var state = new GrainState<Body>(new Body(0, new string('x', BodyLength)));
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < Duration; count++)
            {
                state.State = state.State! with { Number = count };
                await store.WriteStateAsync("host", grain, state);
            }

            return count;
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Body(int Number, string Text);
}
