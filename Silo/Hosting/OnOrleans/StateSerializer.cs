using System.Text.Json;
using Orleans.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>Stores grain state in the same JSON as the other build, so that either reads what was exported from the other.</summary>
internal sealed class StateSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, StateCodec.Options));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, StateCodec.Options)
        ?? throw new JsonException($"null is not a {typeof(T)}.");
}
