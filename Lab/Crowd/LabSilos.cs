using Multipath.Silo.Hosting;

namespace Multipath.Lab.Crowd;

/// <summary>
/// The lab's silo in this process, or its cluster of two where the build has clusters: agents connect to the first, operators to the last.
/// </summary>
internal sealed class LabSilos : IAsyncDisposable
{
    private readonly LabGround _ground;
    private readonly SiloHost[] _silos;

    private LabSilos(LabGround ground, SiloHost[] silos) => (_ground, _silos) = (ground, silos);

    /// <summary>Where agents connect by gRPC.</summary>
    public Uri Agents => _silos[0].GrpcAddress;

    /// <summary>Where operators connect by gRPC.</summary>
    public Uri Operators => _silos[^1].GrpcAddress;

    /// <summary>Where operators connect by HTTP.</summary>
    public Uri Http => _silos[^1].HttpAddress;

    /// <summary>Starts them.</summary>
    /// <param name="folder">For state, in the build that keeps it in a file.</param>
    public static async Task<LabSilos> StartAsync(string folder)
    {
        var anyPort = new Uri("http://127.0.0.1:0");
        var options = new SiloOptions { Grpc = anyPort, Http = anyPort, DataFolder = folder, Quiet = true };
        var ground = await LabGround.MakeAsync(options);
        var silos = new LabSilos(ground, [.. ground.Silos.Select(SiloHost.Build)]);
        await Task.WhenAll(silos._silos.Select(silo => silo.Start()));
        return silos;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await _ground.DisposeAsync();
    }
}
