using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>
/// Knows whether the store can be written, without a write for each question: what grains write tells. Only when they have written
/// nothing for a while, or the last write failed, it writes a row of its own.
/// </summary>
internal sealed class StoreProbe(IServiceProvider services, StateWriter writer, TimeProvider clock) : IHostedService, IDisposable
{
    /// <summary>A store that was written so lately can be written.</summary>
    public static readonly TimeSpan TrustFor = TimeSpan.FromSeconds(30);

    /// <summary>After a failure a store that works again is found out within this.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>The row is none of the fleet's states.</summary>
    public const string StateName = "probe";

    private static readonly GrainId Row = GrainId.Create(StateName, "store");

    private readonly CancellationTokenSource _stop = new();
    private readonly GrainState<ProbeRecord> _state = new(new ProbeRecord());
    private IGrainStorage? _storage;
    private bool _known;
    private Task _looking = Task.CompletedTask;

    /// <summary>Null when the last write went well or nothing was written yet, else why it failed.</summary>
    public string? Problem => writer.Last?.Problem is { } problem ? $"The store cannot be written: {problem}" : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _looking = LookNowAndThen();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Writes if what is known is old or bad.</summary>
    public async Task Look()
    {
        var now = clock.GetUtcNow();
        if (writer.Last is { Problem: null } last && now - last.At < TrustFor)
        {
            return;
        }

        try
        {
            await writer.Watch(() => Write(now), StateName);
        }
        catch (InconsistentStateException)
        {
            // Another silo looks after the same row, and wrote it: its version is read before the next look.
            _known = false;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _known = false;
        }
    }

    public void Dispose() => _stop.Dispose();

    private async Task LookNowAndThen()
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task Write(DateTimeOffset now)
    {
        _storage ??= services.GetRequiredKeyedService<IGrainStorage>(StoreNames.Fleet);
        if (!_known)
        {
            await _storage.ReadStateAsync(StateName, Row, _state);
            _known = true;
        }

        _state.State = new ProbeRecord { At = now };
        await _storage.WriteStateAsync(StateName, Row, _state);
    }
}

/// <summary>The row that is written to find out whether anything can be.</summary>
internal sealed record ProbeRecord
{
    /// <summary>When, so that no two writes are the same.</summary>
    public DateTimeOffset At { get; init; }
}
