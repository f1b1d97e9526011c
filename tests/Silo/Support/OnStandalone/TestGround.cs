using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Tests.Support;

/// <summary>What a test's silo stands on in this build: a folder of its own, gone afterwards.</summary>
internal sealed class TestGround : IAsyncDisposable
{
    private TestGround(string folder) => Folder = folder;

    /// <summary>Where the silo keeps its state.</summary>
    public string Folder { get; }

    private string Saved => System.IO.Path.Combine(Folder, "backup.db");

    /// <param name="options">With a data folder for one that the test has prepared.</param>
    public static Task<TestGround> Make(SiloOptions options) => Task.FromResult(new TestGround(
        options.DataFolder.Length > 0 ? options.DataFolder : Directory.CreateTempSubdirectory("mpsilo-test-").FullName));

    /// <summary>The store, to mpsilo's upkeep.</summary>
    public IReadOnlyList<string> Store => ["--data", Folder];

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<SiloOptions> Silos(SiloOptions options) => [options with { DataFolder = Folder }];

    /// <summary>Until disposed of, no state of this name can be written.</summary>
    public IDisposable Break(string state) => BrokenStore.For(Folder, state);

    /// <summary>Makes a backup while the silo runs.</summary>
    public void Save()
    {
        using var live = SqliteDatabase.Open(Folder);
        using var copy = new SqliteConnection($"Data Source={Saved};Pooling=False");
        copy.Open();
        live.BackupDatabase(copy);
    }

    /// <summary>Restores the backup, also under a silo that runs.</summary>
    public void PutBack()
    {
        using var live = SqliteDatabase.Open(Folder);
        live.Execute("ATTACH @Saved AS saved", new { Saved });
        live.Execute("BEGIN IMMEDIATE; DELETE FROM grain_state; INSERT INTO grain_state SELECT * FROM saved.grain_state; COMMIT");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
