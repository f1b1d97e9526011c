using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Multipath.Contracts.Grains;
using Multipath.Silo.Mapping;
using Multipath.Silo.Storage;
using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Rpc;

/// <summary>
/// One agent's stream. Three things run until the first of them ends: what comes in is handled, the outbox is pumped, and the heart is
/// watched. How it ended is a status.
/// </summary>
internal sealed partial class AgentSession(
    string hostId,
    string id,
    IHostGrain host,
    SessionSettings settings,
    SiloMetrics metrics,
    TimeProvider clock,
    ILogger<AgentSession> logger)
{
    private static readonly TimeSpan OpenAgainAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a message that is being written may keep the end of a session waiting, where the agent does not take it.</summary>
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(1);

    private readonly SessionOutbox _outbox = new(metrics, clock);
    private readonly TaskCompletionSource _askedToMove = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = logger;
    private int _refusals;

    /// <summary>True once <see cref="AskToMove"/> was called.</summary>
    public bool IsAskedToMove => _askedToMove.Task.IsCompleted;

    /// <summary>Ends the session so that its agent connects to a silo that has more room.</summary>
    public void AskToMove() => _askedToMove.TrySetResult();

    public async Task<Status> Run(
        HostHello hello,
        IAsyncStreamReader<Wire.AgentMessage> messages,
        IServerStreamWriter<Wire.SiloMessage> writer,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        // A stream may be open for days: what an agent says is traced when it changes something, and then as a trace of its own.
        Activity.Current = null;
        _outbox.Welcome(new Wire.Welcome
        {
            Silo = settings.Silo,
            HeartbeatIntervalMs = (uint)settings.Heartbeat.TotalMilliseconds,
            ReportIntervalMs = (uint)settings.ReportInterval.TotalMilliseconds,
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reference = grains.CreateObjectReference<IHostSession>(_outbox);
        metrics.SessionOpened();
        try
        {
            return await Open(hello, reference, stop.Token) ?? await UntilFirstEnds(messages, writer, stop);
        }
        finally
        {
            metrics.SessionClosed();
            await Leave();
            grains.DeleteObjectReference<IHostSession>(reference);
        }
    }

    /// <summary>
    /// Tells the host's grain. One that was on a silo that is gone starts elsewhere as soon as the cluster agrees on that: the agent waits
    /// for it here, because each time that it is sent away it waits for longer before it comes again.
    /// </summary>
    /// <returns>Null when the session is open, else how it ends.</returns>
    private async Task<Status?> Open(HostHello hello, IHostSession reference, CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await host.Open(hello, reference) is { } refusal ? new Status(StatusCode.InvalidArgument, refusal) : null;
            }
            catch (OrleansMessageRejectionException) when (clock.GetElapsedTime(began) < settings.Heartbeat * settings.MissedHeartbeats)
            {
                await Task.Delay(OpenAgainAfter, clock, stop);
            }
            catch (Exception error)
            {
                return Failed(error);
            }
        }
    }

    private async Task<Status> UntilFirstEnds(
        IAsyncStreamReader<Wire.AgentMessage> messages, IServerStreamWriter<Wire.SiloMessage> writer, CancellationTokenSource stop)
    {
        using var heart = new HeartWatch(settings.Heartbeat * settings.MissedHeartbeats, clock);
        var reading = Read(messages, heart, stop.Token);
        using var abort = new CancellationTokenSource();
        var pumping = _outbox.Pump(writer, stop.Token, abort.Token);
        var first = await Task.WhenAny(reading, pumping, heart.Stopped, _outbox.IsSuperseded, _askedToMove.Task);
        var end = first == reading ? await reading
            : first == heart.Stopped ? new Status(StatusCode.DeadlineExceeded,
                $"Nothing was heard for {settings.MissedHeartbeats} heartbeats.")
            : first == _outbox.IsSuperseded ? new Status(StatusCode.Aborted, "A newer session of this host took over.")
            : first == _askedToMove.Task ? new Status(StatusCode.Unavailable, "Another silo has more room; connect again.")
            : new Status(StatusCode.Unavailable, "The stream cannot be written to any more.");
        await stop.CancelAsync();
        abort.CancelAfter(LastWrite);
        // The server takes the request's pipes back as soon as the call returns, hence nothing may still read or write them.
        await pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reading;
        return end;
    }

    private async Task<Status> Read(IAsyncStreamReader<Wire.AgentMessage> messages, HeartWatch heart, CancellationToken stop)
    {
        try
        {
            while (await messages.MoveNext(stop))
            {
                heart.Beat();
                if (await Handle(messages.Current) is { } end)
                {
                    return end;
                }
            }

            return Status.DefaultSuccess;
        }
        catch (InvalidProtocolBufferException error)
        {
            return new Status(StatusCode.InvalidArgument, $"A message cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is OperationCanceledException or IOException || stop.IsCancellationRequested)
        {
            return new Status(StatusCode.Cancelled, "The agent is gone.");
        }
        catch (RpcException error)
        {
            return error.Status;
        }
        catch (Exception error)
        {
            return Failed(error);
        }
    }

    private async Task<Status?> Handle(Wire.AgentMessage message)
    {
        switch (message.BodyCase)
        {
            case Wire.AgentMessage.BodyOneofCase.Report:
                return await Report(message.Report);
            case Wire.AgentMessage.BodyOneofCase.PlanAck:
                return Current(await host.Acknowledge(FromAgent.Ack(message.PlanAck, id)));
            case Wire.AgentMessage.BodyOneofCase.PlanNack:
                return Current(await host.Refuse(FromAgent.Nack(message.PlanNack, id)));
            case Wire.AgentMessage.BodyOneofCase.Heartbeat:
                var end = Current(await host.Touch(id));
                _outbox.Heartbeat(message.Heartbeat.Sequence);
                return end;
            case Wire.AgentMessage.BodyOneofCase.Hello:
                return new Status(StatusCode.InvalidArgument, "Only the first message of a session is a Hello.");
            default:
                // A newer agent says something that this silo does not know yet.
                return null;
        }
    }

    private async Task<Status?> Report(Wire.Report report)
    {
        if (report.Host.Length > 0 && report.Host != hostId)
        {
            metrics.MalformedReport();
            return new Status(StatusCode.PermissionDenied, "A session reports for its own host only.");
        }

        var (read, problem) = FromAgent.Report(report, id);
        if (read is null)
        {
            metrics.MalformedReport();
            LogMalformed(hostId, problem!);
            if (report.Full)
            {
                // The grain never sees it and goes on waiting for the whole report that it asked for.
                await _outbox.RequestFullReport(problem!);
            }

            return Refused(problem!);
        }

        var verdict = await host.Report(read);
        switch (verdict.Outcome)
        {
            case ReportOutcome.Accepted:
                _refusals = 0;
                return null;
            case ReportOutcome.NotCurrent:
                return Current(false);
            default:
                return Refused(verdict.Reason);
        }
    }

    private Status? Refused(string reason) =>
        ++_refusals < settings.RefusalsInARow
            ? null
            : new Status(StatusCode.InvalidArgument, $"{_refusals} reports in a row were refused, the last one because {reason}.");

    private static Status? Current(bool current) =>
        current ? null : new Status(StatusCode.Aborted, "The host's session moved on; come back.");

    private async Task Leave()
    {
        try
        {
            await host.Close(id);
        }
        catch (Exception error)
        {
            Failed(error);
        }
    }

    /// <summary>Logs why the host's grain did not serve; in a line where it is the cluster or the store, whose state says enough.</summary>
    private Status Failed(Exception error)
    {
        if (error is OrleansException or TimeoutException)
        {
            // Of a message between silos that was lost the rest is the stack of who sent it.
            LogUnreachable(hostId, error.Message.Split('\n')[0].TrimEnd());
        }
        else
        {
            LogFailed(hostId, error);
        }

        return new Status(
            StatusCode.Unavailable,
            error is StoreException ? error.Message : "The silo cannot serve this host now; come back later.");
    }

    [LoggerMessage(1, LogLevel.Warning, "{Host}: a report cannot be read: {Problem}")]
    private partial void LogMalformed(string host, string problem);

    [LoggerMessage(2, LogLevel.Error, "{Host}: its session failed")]
    private partial void LogFailed(string host, Exception error);

    [LoggerMessage(3, LogLevel.Warning, "{Host}: its grain cannot be asked: {Problem}")]
    private partial void LogUnreachable(string host, string problem);
}
