using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Told what the path manager has to know; whoever drives the stack calls it.</summary>
internal interface IStackObserver
{
    /// <summary>Something happened to a connection or a subflow.</summary>
    void HandleEvent(in StackEvent happened);
}

/// <summary>
/// The connections of Multipath TCP that a stack holds, and who hears of them. Touched by whoever drives the stack alone.
/// </summary>
internal sealed class HeldConnections(Stack stack)
{
    private readonly HashSet<ConnectionId> _held = [];

    /// <summary>The stack.</summary>
    internal Stack Stack => stack;

    /// <summary>Those of Multipath TCP, whoever has their streams.</summary>
    internal IReadOnlyCollection<ConnectionId> Held => _held;

    /// <summary>Hear of connections and subflows too: the loop, and each person who watches.</summary>
    internal List<IStackObserver> Observers { get; } = [];

    /// <summary>Takes an event of the stack that is about a connection's paths, not about its data.</summary>
    internal void HandleEvent(in StackEvent happened)
    {
        if (happened.Kind == StackEventKind.Created)
        {
            _held.Add(happened.Connection);
        }
        else if (happened.Kind == StackEventKind.Closed)
        {
            _held.Remove(happened.Connection);
        }

        foreach (var observer in Observers)
        {
            observer.HandleEvent(happened);
        }
    }
}
