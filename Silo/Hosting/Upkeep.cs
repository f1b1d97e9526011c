using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Archive;
using Multipath.Silo.Storage.PostgreSql;

namespace Multipath.Silo.Hosting;

/// <summary>Does a piece of upkeep and says what it did.</summary>
internal static class Upkeep
{
    /// <summary>One run of the program.</summary>
    /// <returns>Its exit code: 0 done, 1 it could not be done, 2 the command line is wrong.</returns>
    public static async Task<int> Run(
        IReadOnlyList<string> args, Func<string, string?> environment, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        if (args.Contains("--help"))
        {
            await output.WriteLineAsync(UpkeepArguments.Help);
            return 0;
        }

        var (task, error) = UpkeepArguments.Read(args, environment);
        if (task is null)
        {
            await errors.WriteLineAsync($"mpsilo: {error}");
            return 2;
        }

        try
        {
            await output.WriteLineAsync(await Do(task, cancellation));
            return 0;
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"mpsilo: {failure.Message}");
            return 1;
        }
    }

    private static Task<string> Do(UpkeepTask task, CancellationToken cancellation) => task.Verb switch
    {
        UpkeepVerb.Migrate => Migrate(task, cancellation),
        UpkeepVerb.Export => Export(task, cancellation),
        _ => Import(task, cancellation),
    };

    private static async Task<string> Migrate(UpkeepTask task, CancellationToken cancellation)
    {
        var settings = PostgresDatabase.Parse(task.Database!);
        await using var database = PostgresDatabase.Source(settings);
        var migrator = new SchemaMigrator(database, settings);
        var done = await migrator.Migrate(task.Sets, cancellation);
        var said = $"{PostgresDatabase.Describe(settings)}: "
            + (done.IsEmpty ? "the schema was up to date" : $"migrated, {string.Join(", ", done)}");
        if (task.Grant is not { } role)
        {
            return said;
        }

        await migrator.Grant(task.Sets, role, cancellation);
        return $"{said}; role {role} may use it";
    }

    private static async Task<string> Export(UpkeepTask task, CancellationToken cancellation)
    {
        await using var archive = await Open(task, cancellation);
        var beside = task.File + ".part";
        if (File.Exists(task.File))
        {
            throw new StoreException($"{task.File} exists already and is not written over. Give another name, or move it away.");
        }

        try
        {
            long count;
            await using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                count = await ArchiveFile.Write(
                    file, archive.Description, TimeProvider.System.GetUtcNow(), archive.Read(cancellation), cancellation);
                file.Flush(flushToDisk: true);
            }

            if (count == 0)
            {
                throw new StoreException(
                    $"{archive.Description} has no states, so that {task.File} was not written. Look at --data, --database, --cluster and "
                    + "--tables, and at MPSILO_DATA, MPSILO_DATABASE and MPSILO_CLUSTER.");
            }

            File.Move(beside, task.File);
            return $"{count} states of {archive.Description} exported to {task.File}";
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private static async Task<string> Import(UpkeepTask task, CancellationToken cancellation)
    {
        await using var file = new FileStream(task.File, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using var archive = await Open(task, cancellation);
        var count = await archive.Replace(ArchiveFile.Read(file, cancellation), task.Replace, cancellation);
        var replaced = count.Removed == 0 ? "" : $" in the place of {count.Removed}";
        return $"{count.Written} states of {task.File} imported into {archive.Description}{replaced}";
    }

    private static async Task<IStateArchive> Open(UpkeepTask task, CancellationToken cancellation) => task switch
    {
        { Database: { } database, Cluster: { } cluster } => await OrleansArchive.Open(database, cluster, cancellation),
        { Database: { } database } => await PostgresArchive.Open(database, cancellation),
        { Verb: UpkeepVerb.Export } => SqliteArchive.Existing(task.DataFolder),
        _ => SqliteArchive.ToWrite(task.DataFolder),
    };
}
