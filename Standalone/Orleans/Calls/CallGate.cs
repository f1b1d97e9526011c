namespace Multipath.Standalone.Orleans.Calls;

/// <summary>
/// Which call of a target may run now. A call that does not interleave runs alone among its kind; the others wait in order.
/// Only used in turns of the target.
/// </summary>
internal sealed class CallGate(bool reentrant)
{
    private readonly Queue<Call> _waiting = new(0);
    private Call? _blocking;

    internal int Running { get; private set; }

    internal bool HasWaiting => _waiting.Count > 0;

    internal bool HasAdmissible => _waiting.TryPeek(out Call? next) && MayRun(next);

    internal bool TryEnter(Call call)
    {
        bool interleaves = reentrant || call.Method.Interleaves;
        if (!MayRun(call) || (!interleaves && HasWaiting))
        {
            return false;
        }

        Enter(call);
        return true;
    }

    internal void Wait(Call call) => _waiting.Enqueue(call);

    internal Call? EnterNext()
    {
        if (!HasAdmissible)
        {
            return null;
        }

        Call call = _waiting.Dequeue();
        Enter(call);
        return call;
    }

    internal void Leave(Call call)
    {
        Running--;
        if (ReferenceEquals(_blocking, call))
        {
            _blocking = null;
        }
    }

    internal Call? TakeWaiting() => _waiting.TryDequeue(out Call? call) ? call : null;

    private bool MayRun(Call call) => _blocking is null || reentrant || call.Method.Interleaves;

    private void Enter(Call call)
    {
        Running++;
        if (!reentrant && !call.Method.Interleaves)
        {
            _blocking = call;
        }
    }
}
