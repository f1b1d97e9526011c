using System.Threading.Channels;
using Grpc.Core;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Mapping;
using Orleans;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Rpc;

/// <summary>
/// One reader of the fleet's events. A reader that falls behind by more than the buffer is told so and dropped, never waited for.
/// </summary>
internal sealed class WatchStream(IGrainFactory grains, TimeProvider clock) : IFleetWatcher, IDisposable
{
    /// <summary>Some seconds of a busy fleet.</summary>
    public const int Buffer = 1_024;

    /// <summary>A fleet's grain that starts elsewhere knows no watchers: for so long at most a reader hears nothing then.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _behind = new();
    private readonly Channel<FleetHappening> _waiting = Channel.CreateBounded<FleetHappening>(Buffer);

    public Task Begin() => Task.CompletedTask;

    public Task Happened(EquatableArray<FleetHappening> happenings)
    {
        foreach (var happening in happenings)
        {
            if (!_waiting.Writer.TryWrite(happening))
            {
                // The stream may be stuck in a write that the reader does not take.
                _behind.Cancel();
            }
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _behind.Dispose();

    /// <summary>Writes events until the reader leaves.</summary>
    /// <param name="host">Only this host; empty for all.</param>
    /// <param name="writer">To the reader.</param>
    /// <param name="watching">Called once everything from now on will be written.</param>
    /// <param name="cancellation">The reader left.</param>
    public async Task<Status> Run(
        string host, IServerStreamWriter<Wire.FleetEvent> writer, Func<Task> watching, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _behind.Token);
        var fleet = grains.GetGrain<IFleetGrain>(FleetKey.Value);
        var reference = grains.CreateObjectReference<IFleetWatcher>(this);
        using var renewal = new PeriodicTimer(RenewEvery, clock);
        try
        {
            if (!await fleet.Watch(reference, host))
            {
                return new Status(StatusCode.ResourceExhausted, "Too many readers watch the fleet.");
            }

            await watching();
            _ = Renew(renewal, fleet, reference, host);
            await foreach (var happening in _waiting.Reader.ReadAllAsync(stop.Token))
            {
                await writer.WriteAsync(ToFleet.Event(happening), stop.Token);
            }

            return Status.DefaultSuccess;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            return Status.DefaultCancelled;
        }
        catch (Exception) when (_behind.IsCancellationRequested)
        {
            return new Status(StatusCode.ResourceExhausted, $"The reader is more than {Buffer} events behind; watch again.");
        }
        catch (RpcException ended)
        {
            return ended.Status;
        }
        finally
        {
            await fleet.Unwatch(reference);
            grains.DeleteObjectReference<IFleetWatcher>(reference);
        }
    }

    private async Task Renew(PeriodicTimer renewal, IFleetGrain fleet, IFleetWatcher reference, string host)
    {
        try
        {
            while (await renewal.WaitForNextTickAsync())
            {
                await fleet.Watch(reference, host);
            }
        }
        catch (Exception error)
        {
            _waiting.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, error.Message)));
        }
    }
}
