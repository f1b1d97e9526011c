namespace Multipath.Silo.Grains.Fleet;

/// <summary>
/// Sends one message to each of many hosts, a few at a time; a newer message to a host replaces one that still waits. It runs beside the
/// grain's turns and on its scheduler, so that a call that comes back to the grain never waits for it. What failed is sent again, ever
/// later, until it is taken or the host is forgotten; the grain owns the timer for that.
/// </summary>
/// <param name="send">Sends; a failure is tried again.</param>
/// <param name="failed">Told of each message that failed some times in a row and is put off.</param>
/// <param name="clock">The time.</param>
internal sealed class Fanout<T>(Func<string, T, Task> send, Action<string, Exception> failed, TimeProvider clock)
{
    /// <summary>At once: enough to keep a silo busy, few enough that a large fleet's change does not fill every queue.</summary>
    public const int Width = 64;

    /// <summary>A host that is busy or moving answers by then.</summary>
    private const int Attempts = 3;

    /// <summary>A host that could not be told is told again after this, then after twice that, and so on.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>However long a host cannot be told, it follows its policy this long after it can.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Letter> _waiting = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Letter> _putOff = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];
    private int _running;

    /// <summary>Messages that were not sent yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>When to call <see cref="SendAgain"/>; null while nothing was put off.</summary>
    public DateTimeOffset? NextDeadline => _putOff.Count == 0 ? null : _putOff.Values.Min(letter => letter.Due);

    public void Send(string host, T message)
    {
        _putOff.Remove(host);
        Enqueue(host, new Letter(message, FirstPause, default));
    }

    /// <summary>Sends what was put off until now.</summary>
    public void SendAgain()
    {
        var now = clock.GetUtcNow();
        foreach (var (host, letter) in _putOff.Where(one => one.Value.Due <= now).ToArray())
        {
            _putOff.Remove(host);
            Enqueue(host, letter);
        }
    }

    /// <summary>What failed for the host is of no use any more: it hears at its next session.</summary>
    public void Forget(string host) => _putOff.Remove(host);

    private void Enqueue(string host, Letter letter)
    {
        if (!_waiting.TryAdd(host, letter))
        {
            _waiting[host] = letter;
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
            _waiting.Remove(host, out var letter);
            await Try(host, letter!);
        }

        _running--;
    }

    private async Task Try(string host, Letter letter)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await send(host, letter.Message);
                return;
            }
            catch (Exception error)
            {
                if (attempt == Attempts)
                {
                    PutOff(host, letter);
                    failed(host, error);
                    return;
                }
            }
        }
    }

    /// <summary>Unless a newer message is on its way.</summary>
    private void PutOff(string host, Letter letter)
    {
        if (!_waiting.ContainsKey(host))
        {
            var next = letter.Pause * 2;
            next = next < LongestPause ? next : LongestPause;
            _putOff.TryAdd(host, letter with { Due = clock.GetUtcNow() + letter.Pause, Pause = next });
        }
    }

    /// <param name="Message">What is to be said.</param>
    /// <param name="Pause">If it fails, how long to wait.</param>
    /// <param name="Due">When to send it again.</param>
    private sealed record Letter(T Message, TimeSpan Pause, DateTimeOffset Due);
}
