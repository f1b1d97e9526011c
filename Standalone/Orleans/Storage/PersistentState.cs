using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Standalone.Orleans.Storage;

/// <summary>A state that its activation reads before it takes calls.</summary>
internal interface IActivationState
{
    Task ReadStateAsync();
}

/// <summary>Joins a grain's state to its storage.</summary>
/// <typeparam name="T">The state's type.</typeparam>
internal sealed class PersistentState<T> : IPersistentState<T>, IActivationState
{
    private readonly string _name;
    private readonly GrainId _grain;
    private readonly IGrainStorage _storage;
    private readonly GrainState<T> _record = new(NewState());

    public PersistentState(string name, GrainId grain, IGrainStorage storage)
    {
        _name = name;
        _grain = grain;
        _storage = storage;
    }

    public T State
    {
        get => _record.State!;
        set => _record.State = value;
    }

    public string? Etag => _record.ETag;

    public bool RecordExists => _record.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await RunAsync("read", () => _storage.ReadStateAsync(_name, _grain, _record), cancellationToken);
        _record.State ??= NewState();
    }

    public Task WriteStateAsync(CancellationToken cancellationToken)
        => RunAsync("write", () => _storage.WriteStateAsync(_name, _grain, _record), cancellationToken);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await RunAsync("clear", () => _storage.ClearStateAsync(_name, _grain, _record), cancellationToken);
        _record.State = NewState();
        _record.RecordExists = false;
    }

    private static T NewState()
        => typeof(T).IsValueType ? default!
            : typeof(T).GetConstructor(Type.EmptyTypes) is null ? (T)RuntimeHelpers.GetUninitializedObject(typeof(T))
            : Activator.CreateInstance<T>();

    private async Task RunAsync(string verb, Func<Task> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await operation();
        }
        catch (Exception failure) when (failure is not OrleansException)
        {
            throw new OrleansException($"The storage failed to {verb} the state \"{_name}\" of {_grain}: {failure.Message}", failure);
        }
    }
}
