using System.Text.Json;

namespace Multipath.Standalone.Orleans;

/// <summary>Settings that only this implementation has. None is needed in production.</summary>
public sealed class StandaloneOptions
{
    /// <summary>How the in-memory storage keeps states.</summary>
    public JsonSerializerOptions MemoryStorageJson { get; set; } = new() { IncludeFields = true };
}
