using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Multipath.OrleansContract.Tests;

/// <summary>What grains tell a test, and gates at which they wait for it.</summary>
internal sealed class Probe
{
    /// <summary>Longer than anything takes on a busy machine; only a failing test waits for it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Channel<string>> _channels = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private int _faults = 1;

    internal void Report(string channel, string text) => Of(channel).Writer.TryWrite(text);

    internal async Task<string> NextAsync(string channel) => await Of(channel).Reader.ReadAsync().AsTask().WaitAsync(Patience);

    internal async Task<string[]> TakeAsync(string channel, int count)
    {
        string[] taken = new string[count];
        for (int i = 0; i < count; i++)
        {
            taken[i] = await NextAsync(channel);
        }

        return taken;
    }

    internal bool IsSilent(string channel) => Of(channel).Reader.Count == 0;

    internal Task WaitAtAsync(string gate) => Gate(gate).Task;

    /// <summary>True once: the first activation of the grain that fails, fails.</summary>
    internal bool TakeFault() => Interlocked.Exchange(ref _faults, 0) == 1;

    internal void Open(string gate) => Gate(gate).TrySetResult();

    private Channel<string> Of(string channel) => _channels.GetOrAdd(channel, _ => Channel.CreateUnbounded<string>());

    private TaskCompletionSource Gate(string gate)
        => _gates.GetOrAdd(gate, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
