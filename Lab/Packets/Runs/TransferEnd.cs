using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>One end of a transfer: it writes, reads and compares, driven by the stack's events alone.</summary>
internal sealed class TransferEnd : IApplication
{
    private readonly Stack _stack;
    private readonly TransferPlan _plan;
    private readonly IPathDuties _paths;
    private readonly ListenerId? _listener;
    private ConnectionId? _connection;
    private bool _isConnected;
    private bool _canWrite;
    private int _schedulers;
    private Instant _abortAt;
    private Instant _vanishAt = Instant.Never;
    private readonly Duration? _vanishAfter;

    /// <summary>The client's end, already connecting, or the server's, listening.</summary>
    internal TransferEnd(Stack stack, TransferPlan plan, IPathDuties paths, ConnectionId? connection, ListenerId? listener)
    {
        (_stack, _plan, _paths, _connection, _listener) = (stack, plan, paths, connection, listener);
        var isClient = listener is null;
        _abortAt = plan.Abort is { } abort && abort.ByClient == isClient ? abort.At : Instant.Never;
        _vanishAfter = plan.Vanish is { } vanish && vanish.ByClient == isClient ? vanish.After : null;
        var (up, down) = (new Content(plan.Seed, up: true), new Content(plan.Seed, up: false));
        Out = new OutStream(stack, isClient ? up : down, isClient ? plan.UpBytes : plan.DownBytes);
        In = new InStream(stack, isClient ? down : up, isClient ? plan.DownBytes : plan.UpBytes, Unread(isClient), plan.Reading);
    }

    /// <summary>What it says.</summary>
    internal OutStream Out { get; }

    /// <summary>What it hears.</summary>
    internal InStream In { get; }

    /// <summary>The stack says that the connection is over.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>It is, and all that came before was read.</summary>
    internal bool IsOver => HasVanished || (HasEnded && (In.IsDone || In.IsGone || In.HasLeft || !_isConnected));

    /// <inheritdoc/>
    public bool HasVanished { get; private set; }

    /// <summary>It has, or had, a connection.</summary>
    internal bool IsConnected => _isConnected;

    /// <summary>Why.</summary>
    internal EndReason Reason { get; private set; }

    /// <summary>The connection is plain TCP: from the beginning, or because it gave MPTCP up.</summary>
    internal bool FellBack { get; private set; }

    /// <summary>The connection's numbers; null before there is one and after it has ended.</summary>
    internal ConnectionInfo? Info =>
        _connection is { } connection && !HasEnded && _stack.TryGetInfo(connection, out var info) ? info : null;

    /// <summary>Connection and subflows, for people.</summary>
    internal string Describe()
    {
        if (Info is not { } info)
        {
            return $"over by {Reason}";
        }

        var subflows = new SubflowInfo[new StackLimits().Subflows];
        var count = _stack.GetSubflows(_connection!.Value, subflows);
        return string.Join("\n    ", [$"{info}", .. subflows.Take(count).Select(subflow => $"{subflow}")]);
    }

    /// <inheritdoc/>
    public Instant Deadline =>
        HasVanished ? Instant.Never
        : Instant.Earlier(Instant.Earlier(In.Deadline, _vanishAt), HasEnded ? Instant.Never : NextDuty);

    private long Unread(bool isClient) => _plan.Unread is { } unread && unread.ByClient == isClient ? unread.Bytes : 0;

    private Instant NextDuty => Instant.Earlier(_paths.Deadline, Instant.Earlier(NextScheduler, NextAbort));

    private Instant NextAbort => _isConnected && !HasEnded ? _abortAt : Instant.Never;

    private Instant NextScheduler =>
        _isConnected && !HasEnded && _schedulers < _plan.Schedulers.Count ? _plan.Schedulers[_schedulers].At : Instant.Never;

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        while (_stack.PollEvent(out var happened))
        {
            Handle(happened, now);
        }

        if (_connection is not { } connection || !_isConnected)
        {
            return;
        }

        In.Run(connection, now);
        HasVanished |= _vanishAt <= now;
        if (HasEnded)
        {
            return;
        }

        if (NextAbort <= now)
        {
            _abortAt = Instant.Never;
            _stack.Abort(connection, now);
            return;
        }

        if (_canWrite)
        {
            _canWrite = false;
            Out.Run(connection, now);
            if (Out.IsDone && _vanishAt == Instant.Never && _vanishAfter is { } after)
            {
                _vanishAt = now + after;
            }
        }

        // Whoever wants no more gives the connection up, once all that it had to say has arrived.
        if (In.HasLeft && Out.IsDone && Info is { Unsent: 0, InFlight: 0 })
        {
            _stack.Abort(connection, now);
            return;
        }

        while (NextScheduler <= now)
        {
            _stack.SetScheduler(connection, _plan.Schedulers[_schedulers++].Name);
        }

        _paths.Run(now);
    }

    private void Handle(in StackEvent happened, Instant now)
    {
        if (happened.Kind == StackEventKind.Acceptable && _connection is null && _stack.TryAccept(_listener!.Value, out var accepted))
        {
            _connection = accepted;
            (_isConnected, _canWrite) = (true, true);
            FellBack |= Info is { IsMultipath: false };
            In.HandleReadable();
            return;
        }

        switch (happened.Kind)
        {
            case StackEventKind.Connected:
                (_isConnected, _canWrite) = (true, true);
                FellBack |= Info is { IsMultipath: false };
                break;
            case StackEventKind.Writable:
                _canWrite = true;
                break;
            case StackEventKind.Readable:
                In.HandleReadable();
                break;
            case StackEventKind.FellBack:
                FellBack = true;
                break;
            case StackEventKind.Ended when _connection == happened.Connection:
                (HasEnded, Reason) = (true, happened.Reason);
                In.HandleReadable();
                break;
            default:
                break;
        }

        _paths.Handle(happened, now);
    }
}

/// <summary>What one end does about its paths.</summary>
internal interface IPathDuties
{
    /// <summary>When it wants to act by itself.</summary>
    Instant Deadline { get; }

    /// <summary>Something happened.</summary>
    void Handle(in StackEvent happened, Instant now);

    /// <summary>Does what is due.</summary>
    void Run(Instant now);
}
