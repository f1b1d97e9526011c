using System.Threading.Channels;
using Grpc.Core;
using Multipath.Contracts.Grains;
using Multipath.Silo.Mapping;
using Multipath.Silo.Telemetry;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Rpc;

/// <summary>
/// What waits to be sent to one agent: one place for each kind of message, in which the newest replaces the one before. A slow reader
/// therefore costs the memory of one plan, however often it changes.
/// </summary>
internal sealed class SessionOutbox(SiloMetrics metrics, TimeProvider clock) : IHostSession
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _ready =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Wire.SiloMessage? _welcome;
    private Wire.SiloMessage? _request;
    private Wire.SiloMessage? _plan;
    private long _planSince;
    private Wire.SiloMessage? _heartbeat;

    /// <summary>Completes when a newer session of the host took over.</summary>
    public Task IsSuperseded => _superseded.Task;

    public void Welcome(Wire.Welcome welcome) => Put(ref _welcome, new() { Welcome = welcome });

    public void Heartbeat(ulong sequence) => Put(ref _heartbeat, new() { Heartbeat = new() { Sequence = sequence } });

    public Task Offer(PlanOffer offer)
    {
        Interlocked.Exchange(ref _planSince, clock.GetTimestamp());
        Put(ref _plan, new() { Plan = ToWire.Plan(offer.Plan, offer.PolicyYaml, offer.Trace) });
        return Task.CompletedTask;
    }

    public Task RequestFullReport(string reason)
    {
        Put(ref _request, new() { FullReportRequest = new() { Reason = reason } });
        return Task.CompletedTask;
    }

    public Task Superseded()
    {
        _superseded.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>Writes what is put.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="stop">Ends it, behind the message that is being written.</param>
    /// <param name="abort">Breaks that off too, and with it the call, whose status the agent does not hear then.</param>
    public async Task Pump(IServerStreamWriter<Wire.SiloMessage> writer, CancellationToken stop, CancellationToken abort)
    {
        await foreach (var _ in _ready.Reader.ReadAllAsync(stop))
        {
            while (!stop.IsCancellationRequested && Take() is { } message)
            {
                var since = Interlocked.Read(ref _planSince);
                await writer.WriteAsync(message, abort);
                if (message.BodyCase == Wire.SiloMessage.BodyOneofCase.Plan)
                {
                    metrics.PlanSent(clock.GetElapsedTime(since));
                }
            }
        }
    }

    private void Put(ref Wire.SiloMessage? place, Wire.SiloMessage message)
    {
        lock (_lock)
        {
            place = message;
        }

        _ready.Writer.TryWrite(true);
    }

    private Wire.SiloMessage? Take()
    {
        lock (_lock)
        {
            return TakeFrom(ref _welcome) ?? TakeFrom(ref _request) ?? TakeFrom(ref _plan) ?? TakeFrom(ref _heartbeat);
        }
    }

    private static Wire.SiloMessage? TakeFrom(ref Wire.SiloMessage? place)
    {
        var message = place;
        place = null;
        return message;
    }
}
