using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>A program with one connection of a simulated host's stack.</summary>
internal abstract class SimulatedProgram(Stack stack)
{
    private ListenerId _listener;

    /// <summary>When it wants to act by itself; <see cref="Instant.Never"/> for not at all.</summary>
    internal abstract Instant Deadline { get; }

    /// <summary>Its connection is over, and it acts no more.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The stack below.</summary>
    protected Stack Stack => stack;

    /// <summary>The connection; the default value before there is one.</summary>
    protected ConnectionId Connection { get; private set; }

    /// <summary>Data can be written and read.</summary>
    protected bool IsConnected { get; private set; }

    /// <summary>Opens the connection.</summary>
    internal void Connect(Endpoint local, Endpoint remote, ConnectionOptions options, Instant now) =>
        Connection = stack.Connect(local, remote, options, now);

    /// <summary>Waits for the connection.</summary>
    internal void Listen(Endpoint local, ConnectionOptions options) => _listener = stack.Listen(local, options);

    /// <summary>Takes an event, which may be another program's.</summary>
    internal void Handle(in StackEvent happened, Instant now)
    {
        if (happened.Kind == StackEventKind.Acceptable && happened.Listener == _listener && Connection == default
            && stack.TryAccept(_listener, out var accepted))
        {
            (Connection, IsConnected) = (accepted, true);
        }
        else if (happened.Kind == StackEventKind.Connected && happened.Connection == Connection)
        {
            IsConnected = true;
        }
        else if (happened.Kind == StackEventKind.Ended && happened.Connection == Connection)
        {
            IsOver = true;
            stack.StopListening(_listener, now);
            HandleEnded(happened.Reason, now);
        }
    }

    /// <summary>Does what can be done now.</summary>
    internal abstract void Run(Instant now);

    /// <summary>The connection is over.</summary>
    protected abstract void HandleEnded(EndReason reason, Instant now);
}
