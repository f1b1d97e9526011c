namespace Multipath.Standalone.Orleans.Scheduling;

/// <summary>
/// Many producers, one consumer, first in first out, no lock and no allocation: a producer takes the tail's place in one
/// exchange and then links itself behind it. Between the two the list is not empty but its next turn cannot be taken yet.
/// </summary>
internal sealed class TurnList
{
    private readonly Stub _stub = new();
    private Turn _head;
    private Turn _tail;

    internal TurnList()
    {
        _head = _stub;
        _tail = _stub;
    }

    /// <summary>Consumer only. False as soon as a producer has begun, even if its turn cannot be taken yet.</summary>
    internal bool IsEmpty => ReferenceEquals(_head, _stub) && ReferenceEquals(Volatile.Read(ref _tail), _stub);

    internal void Enqueue(Turn turn)
    {
        turn.Next = null;
        Turn previous = Interlocked.Exchange(ref _tail, turn);
        Volatile.Write(ref previous.Next, turn);
    }

    /// <summary>Consumer only.</summary>
    internal Turn? TryDequeue()
    {
        Turn head = _head;
        Turn? next = Volatile.Read(ref head.Next);
        if (ReferenceEquals(head, _stub))
        {
            if (next is null)
            {
                return null;
            }

            _head = head = next;
            next = Volatile.Read(ref head.Next);
        }

        if (next is null)
        {
            if (!ReferenceEquals(head, Volatile.Read(ref _tail)))
            {
                return null;
            }

            // The last turn can only leave when something follows it.
            Enqueue(_stub);
            next = Volatile.Read(ref head.Next);
            if (next is null)
            {
                return null;
            }
        }

        _head = next;
        return head;
    }

    private sealed class Stub : Turn
    {
        internal override string Describe() => "";

        internal override void Run()
        {
        }
    }
}
