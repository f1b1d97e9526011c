using System.Globalization;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage.Archive;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// The storage provider of a cluster, with keys that are text to it (<see cref="ClusterKey"/>), and with its failures as
/// <see cref="StoreException"/>, which crosses silos and tells a person what to do. It carries no cause: a silo that knows no such type
/// could not read it. Stale ETags stay what they are. A write whose answer was lost is looked up, so that it is called failed only when it
/// is.
/// </summary>
/// <param name="inner">The provider; it stores what <see cref="StateCodec"/> makes of a state.</param>
/// <param name="rows">Where it stores.</param>
/// <param name="settings">For messages.</param>
internal sealed class ClusterStorage(IGrainStorage inner, ClusterRows rows, NpgsqlConnectionStringBuilder settings) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InWords(inner.ReadStateAsync(stateName, Stored(grainId), grainState), PostgresTrouble.Reading);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await inner.WriteStateAsync(stateName, Stored(grainId), grainState);
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            if (PostgresTrouble.IsCertain(error))
            {
                throw PostgresTrouble.Writing(settings, error).WithoutCause();
            }

            await LookUp(stateName, grainId, grainState, error);
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => InWords(
        inner.ClearStateAsync(stateName, Stored(grainId), grainState),
        (settings, error) => PostgresTrouble.IsCertain(error)
            ? PostgresTrouble.Writing(settings, error)
            : PostgresTrouble.Doubtful(settings, error));

    private static GrainId Stored(GrainId id) => GrainId.Create(id.Type, ClusterKey.Write(id.Key.ToString()!));

    /// <summary>The answer to a write was lost on its way: what stands in its row tells what became of it.</summary>
    private async Task LookUp<T>(string stateName, GrainId grainId, IGrainState<T> grainState, Exception lost)
    {
        ClusterRow? row;
        try
        {
            row = await rows.Settled(stateName, ClusterKey.Write(grainId.Key.ToString()!));
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Doubtful(settings, lost).WithoutCause();
        }

        var version = row?.Version.ToString(CultureInfo.InvariantCulture);
        if (version == grainState.ETag)
        {
            throw PostgresTrouble.Writing(settings, lost).WithoutCause();
        }

        if (row?.Payload is not { } payload || StateCodec.Write(grainState.State!) != System.Text.Encoding.UTF8.GetString(payload))
        {
            throw new InconsistentStateException(
                $"The state {stateName} of {grainId} was written by another activation since it was read with ETag "
                + $"{grainState.ETag ?? "none"}.", version, grainState.ETag);
        }

        (grainState.ETag, grainState.RecordExists) = (version, true);
    }

    private async Task InWords(Task work, Func<NpgsqlConnectionStringBuilder, Exception, StoreException> words)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw words(settings, error).WithoutCause();
        }
    }
}
