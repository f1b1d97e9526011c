using Multipath.Silo.Hosting;

namespace Multipath.Lab.Crowd;

/// <summary>What the lab's silo stands on in this build: the folder that it is given.</summary>
internal sealed class LabGround : IAsyncDisposable
{
    private LabGround()
    {
    }

    public static Task<LabGround> MakeAsync() => Task.FromResult(new LabGround());

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<SiloOptions> Silos(SiloOptions options) => [options];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
