using Multipath.Silo.Storage.PostgreSql;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Storage;

/// <summary>
/// The provider's storage, with its failures as <see cref="StoreException"/>, which crosses silos and tells a person what to do. It carries
/// no cause: a silo that knows no such type could not read it. Stale ETags stay what they are.
/// </summary>
internal sealed class ClusterStorage(IGrainStorage inner, NpgsqlConnectionStringBuilder settings) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InWords(inner.ReadStateAsync(stateName, grainId, grainState), PostgresTrouble.Reading);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InWords(inner.WriteStateAsync(stateName, grainId, grainState), PostgresTrouble.Writing);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InWords(inner.ClearStateAsync(stateName, grainId, grainState), PostgresTrouble.Writing);

    private async Task InWords(Task work, Func<NpgsqlConnectionStringBuilder, Exception, StoreException> words)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw new StoreException(words(settings, error).Message);
        }
    }
}
