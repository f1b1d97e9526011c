using Multipath.Silo.Hosting;

namespace Multipath.Silo.Tests.Support;

/// <summary>What a test's silo stands on in this build: a folder of its own, gone afterwards.</summary>
internal sealed class TestGround : IAsyncDisposable
{
    private TestGround(string folder) => Folder = folder;

    /// <summary>Where the silo keeps its state.</summary>
    public string Folder { get; }

    /// <param name="options">With a data folder for one that the test has prepared.</param>
    public static Task<TestGround> Make(SiloOptions options) => Task.FromResult(new TestGround(
        options.DataFolder.Length > 0 ? options.DataFolder : Directory.CreateTempSubdirectory("mpsilo-test-").FullName));

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<SiloOptions> Silos(SiloOptions options) => [options with { DataFolder = Folder }];

    /// <summary>Until disposed of, no state of this name can be written.</summary>
    public IDisposable Break(string state) => BrokenStore.For(Folder, state);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
