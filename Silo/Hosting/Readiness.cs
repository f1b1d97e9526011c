using System.Diagnostics;
using Multipath.Silo.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>Whether the silo can serve: its store answers, took what was written last, and the silo is not stopping.</summary>
internal sealed class Readiness(IStoreHealth store, StoreProbe probe, IHostApplicationLifetime lifetime)
{
    /// <summary>A store that takes longer than this to answer a trivial question is not there.</summary>
    private static readonly TimeSpan StoreAnswersWithin = TimeSpan.FromSeconds(2);

    /// <summary>Null when ready, else why not.</summary>
    public async Task<string?> Problem(CancellationToken cancellation)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return "The silo is stopping.";
        }

        // Probes are no traces, and neither is what they ask of the store.
        Activity.Current = null;
        try
        {
            return await store.Check(cancellation).WaitAsync(StoreAnswersWithin, cancellation) ?? probe.Problem;
        }
        catch (TimeoutException)
        {
            return "The store is slow.";
        }
    }
}
