using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Standalone.Orleans.Storage;

/// <summary>
/// Storage that lasts as long as the process. It keeps text, not objects, so that a state that was not written is not stored
/// by accident.
/// </summary>
internal sealed class MemoryStorage(JsonSerializerOptions json) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Row> _rows = new();
    private readonly Lock _lock = new();
    private long _version;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // A store that answers at once would hide what may happen between question and answer.
        await Task.Yield();
        bool found = _rows.TryGetValue((stateName, grainId), out Row? row);
        grainState.RecordExists = found;
        grainState.ETag = row?.ETag;
        grainState.State = found ? JsonSerializer.Deserialize<T>(row!.Text, json) : default;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string text = JsonSerializer.Serialize(grainState.State, json);
        await Task.Yield();
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            var row = new Row(text, (++_version).ToString(CultureInfo.InvariantCulture));
            _rows[(stateName, grainId)] = row;
            grainState.ETag = row.ETag;
            grainState.RecordExists = true;
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            _rows.TryRemove((stateName, grainId), out _);
            grainState.ETag = null;
            grainState.RecordExists = false;
        }
    }

    internal static MemoryStorage Create(IServiceProvider services, string name)
        => new(services.GetRequiredService<IOptions<StandaloneOptions>>().Value.MemoryStorageJson);

    private void Check(string stateName, GrainId grainId, string? eTag)
    {
        string? stored = _rows.GetValueOrDefault((stateName, grainId))?.ETag;
        if (stored != eTag)
        {
            throw new InconsistentStateException(
                $"The state \"{stateName}\" of {grainId} was changed: its version is {stored ?? "none"}, {eTag ?? "none"} was read.",
                stored, eTag);
        }
    }

    private sealed record Row(string Text, string ETag);
}
