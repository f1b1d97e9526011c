namespace Multipath.Silo.Grains.Fleet;

/// <summary>
/// Sends one message to each of many hosts, a few at a time; a newer message to a host replaces one that still waits. It runs beside the
/// grain's turns and on its scheduler, so that a call that comes back to the grain never waits for it.
/// </summary>
/// <param name="send">Sends; a failure is tried again.</param>
/// <param name="failed">Told of each message that failed for good.</param>
internal sealed class Fanout<T>(Func<string, T, Task> send, Action<string, Exception> failed)
{
    /// <summary>At once: enough to keep a silo busy, few enough that a large fleet's change does not fill every queue.</summary>
    public const int Width = 64;

    /// <summary>A host that is busy or moving answers by then; its agent's next session brings it up to date otherwise.</summary>
    private const int Attempts = 3;

    private readonly Dictionary<string, T> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];
    private int _running;

    /// <summary>Messages that were not sent yet.</summary>
    public int Waiting => _waiting.Count;

    public void Send(string host, T message)
    {
        if (!_waiting.TryAdd(host, message))
        {
            _waiting[host] = message;
            return;
        }

        _order.Enqueue(host);
        if (_running < Width)
        {
            _running++;
            _ = Drain();
        }
    }

    private async Task Drain()
    {
        while (_order.TryDequeue(out var host))
        {
            _waiting.Remove(host, out var message);
            await Try(host, message!);
        }

        _running--;
    }

    private async Task Try(string host, T message)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await send(host, message);
                return;
            }
            catch (Exception error)
            {
                if (attempt == Attempts)
                {
                    failed(host, error);
                    return;
                }
            }
        }
    }
}
