using Multipath.Silo.Hosting;

namespace Multipath.Lab.Crowd;

/// <summary>What the lab's silo stands on in this build: the folder that it is given.</summary>
internal sealed class LabGround : IAsyncDisposable
{
    private LabGround(SiloOptions options) => Silos = [options];

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<SiloOptions> Silos { get; }

    public static Task<LabGround> MakeAsync(SiloOptions options) => Task.FromResult(new LabGround(options));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
