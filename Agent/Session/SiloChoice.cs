namespace Multipath.Agent.Session;

/// <summary>
/// The silos of one cluster. Each attempt goes to the next one, from a start of this agent's own: those that lost their silo, or were asked
/// to leave a crowded one, spread over the others.
/// </summary>
internal sealed class SiloChoice : ISiloLink, IDisposable
{
    private readonly GrpcSiloLink[] _silos;
    private int _next;

    /// <param name="silos">At least one; owned from now on.</param>
    /// <param name="random">Chooses where to start.</param>
    public SiloChoice(IEnumerable<GrpcSiloLink> silos, Random random)
    {
        _silos = [.. silos];
        _next = random.Next(_silos.Length);
    }

    public Task<ISiloStream> OpenAsync(CancellationToken cancellation)
    {
        var silo = _silos[_next];
        _next = (_next + 1) % _silos.Length;
        return silo.OpenAsync(cancellation);
    }

    public void Dispose() => Array.ForEach(_silos, silo => silo.Dispose());
}
