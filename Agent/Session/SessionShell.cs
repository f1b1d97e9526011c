using System.Threading.Channels;
using Multipath.Agent.Hosting;

namespace Multipath.Agent.Session;

/// <summary>What the session asks of the rest of the agent.</summary>
internal interface ISessionOwner
{
    /// <summary>Take this plan over.</summary>
    /// <param name="apply">It.</param>
    /// <param name="done">
    /// Takes the outcome, for the silo; any thread, and before the news of what the plan did, so that the answer is not behind it.
    /// </param>
    void Apply(SessionEffect.Apply apply, Action<PlanOutcome> done);

    /// <summary>A message goes out.</summary>
    void Sending(AgentMessage message);

    /// <summary>The silo can be reached again.</summary>
    void SiloBack(string silo, TimeSpan reportInterval);

    /// <summary>The silo is out of reach.</summary>
    void SiloAway(string reason);
}

/// <summary>Runs a <see cref="SessionMachine"/> over real streams: one queue in, effects out, one task.</summary>
/// <remarks>
/// Nothing that the machine waits for may be lost: what streams say waits for room in the queue, and thereby the silo for this end. News
/// and the outcome of a plan come from a thread that may not wait; each has a place of its own.
/// </remarks>
internal sealed class SessionShell(SessionMachine machine, ISiloLink link, ISessionOwner owner, AgentClock clock, TimeProvider time)
{
    /// <summary>Inputs that wait; the reader of a stream that says more waits with it.</summary>
    private const int QueueLimit = 256;

    /// <summary>Timers of the base library do not take more than this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Channel<Action<DateTimeOffset>> _inputs = Channel.CreateBounded<Action<DateTimeOffset>>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Lock _gate = new();
    private HostNews? _news;
    private PlanOutcome? _outcome;
    private ISiloStream? _stream;
    private CancellationTokenSource? _streamLife;
    private long _generation;

    /// <summary>The host was read anew. Of the snapshots that wait only the latest counts.</summary>
    public void Publish(HostNews news)
    {
        lock (_gate)
        {
            _news = _news?.Then(news) ?? news;
        }

        Wake();
    }

    /// <summary>Runs until cancelled, then closes the stream.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                machine.HandleTimeout(clock.Now);
                while (machine.PollEffect(out var effect))
                {
                    Perform(effect, cancellation);
                }

                await WaitAsync(cancellation);
                for (var taken = 0; taken < QueueLimit && _inputs.Reader.TryRead(out var input); taken++)
                {
                    input(clock.Now);
                }

                TakeWhatCame(clock.Now);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await DropStreamAsync();
        }
    }

    /// <summary>The outcome of a plan first: it was there before the news of what the plan did.</summary>
    private void TakeWhatCame(DateTimeOffset now)
    {
        HostNews? news;
        PlanOutcome? outcome;
        lock (_gate)
        {
            (news, _news) = (_news, null);
            (outcome, _outcome) = (_outcome, null);
        }

        if (outcome is not null)
        {
            machine.HandleApplied(outcome, now);
        }

        if (news is not null)
        {
            machine.HandleNews(news, now);
        }
    }

    /// <summary>One plan is applied at a time, so that one place suffices.</summary>
    private void Applied(PlanOutcome outcome)
    {
        lock (_gate)
        {
            _outcome = outcome;
        }

        Wake();
    }

    /// <summary>A queue that is full wakes the task by itself, and the places are looked at after it.</summary>
    private void Wake() => _inputs.Writer.TryWrite(static _ => { });

    private ValueTask PostAsync(Action<DateTimeOffset> input, CancellationToken cancellation = default) =>
        _inputs.Writer.WriteAsync(input, cancellation);

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var wait = machine.PollDeadline() is { } at ? at - clock.Now : LongestWait;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        using var timer = new CancellationTokenSource(wait < LongestWait ? wait : LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await _inputs.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The deadline came first.
        }
    }

    private void Perform(SessionEffect effect, CancellationToken cancellation)
    {
        switch (effect)
        {
            case SessionEffect.Connect:
                _streamLife = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                _ = ConnectAsync(++_generation, _streamLife.Token);
                break;
            case SessionEffect.Send send when _stream is { } stream:
                owner.Sending(send.Message);
                _ = WriteAsync(stream, send.Message, _generation, _streamLife!.Token);
                break;
            case SessionEffect.Close:
                _ = DropStreamAsync();
                break;
            case SessionEffect.Apply apply:
                owner.Apply(apply, Applied);
                break;
            case SessionEffect.SiloBack back:
                owner.SiloBack(back.Silo, back.ReportInterval);
                break;
            case SessionEffect.SiloAway away:
                owner.SiloAway(away.Reason);
                break;
        }
    }

    private async Task ConnectAsync(long generation, CancellationToken life)
    {
        try
        {
            var stream = await link.OpenAsync(life);
            // A stream that came too late is still to be disposed of.
            await PostAsync(now =>
            {
                if (generation == _generation && !life.IsCancellationRequested)
                {
                    _stream = stream;
                    machine.HandleConnected(now);
                }
                else
                {
                    _ = DisposeAsync(stream);
                }
            }, CancellationToken.None);
            while (await stream.ReadAsync(life) is { } message)
            {
                await PostAsync(now => OfStream(generation, () => machine.HandleMessage(message, now, stream.Local)), life);
            }

            await ClosedAsync(generation, "the silo ended the session");
        }
        catch (SiloLinkException e)
        {
            await ClosedAsync(generation, e.Message);
        }
        catch (OperationCanceledException)
        {
            await ClosedAsync(generation, "the session was given up");
        }
    }

    private async Task WriteAsync(ISiloStream stream, AgentMessage message, long generation, CancellationToken life)
    {
        try
        {
            await stream.WriteAsync(message, life);
            await PostAsync(now => OfStream(generation, () => machine.HandleSent(now)), life);
        }
        catch (SiloLinkException e)
        {
            await ClosedAsync(generation, e.Message);
        }
        catch (OperationCanceledException)
        {
            await ClosedAsync(generation, "the session was given up");
        }
    }

    private ValueTask ClosedAsync(long generation, string reason) => PostAsync(now => OfStream(generation, () =>
    {
        _ = DropStreamAsync();
        machine.HandleClosed(reason, now);
    }));

    /// <summary>What a stream that was given up still says is not heard.</summary>
    private void OfStream(long generation, Action action)
    {
        if (generation == _generation)
        {
            action();
        }
    }

    private static async Task DisposeAsync(ISiloStream stream) => await stream.DisposeAsync();

    private async Task DropStreamAsync()
    {
        _generation++;
        var (stream, life) = (_stream, _streamLife);
        (_stream, _streamLife) = (null, null);
        if (life is not null)
        {
            await life.CancelAsync();
            life.Dispose();
        }

        if (stream is not null)
        {
            await stream.DisposeAsync();
        }
    }
}
