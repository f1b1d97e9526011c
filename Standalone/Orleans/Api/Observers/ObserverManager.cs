using System.Collections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Utilities;

/// <summary>The observers of a grain, by their references.</summary>
/// <typeparam name="TObserver">The interface through which they are notified.</typeparam>
/// <param name="expiration">How long an observer is kept after it subscribed last.</param>
/// <param name="log">The log.</param>
public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log) : ObserverManager<IAddressable, TObserver>(expiration, log);

/// <summary>
/// The observers of a grain. Who does not subscribe again in time, or fails, is dropped. Not for use by several threads: a grain's
/// turns are not.
/// </summary>
/// <typeparam name="TIdentity">What they are known by.</typeparam>
/// <typeparam name="TObserver">The interface through which they are notified.</typeparam>
public class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly ILogger _log;
    private readonly List<TIdentity> _order = [];
    private readonly Dictionary<TIdentity, (TObserver Observer, DateTime Seen)> _entries = [];

    /// <summary>Makes an empty set.</summary>
    /// <param name="expiration">How long an observer is kept after it subscribed last.</param>
    /// <param name="log">The log.</param>
    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ExpirationDuration = expiration;
        _log = log;
        GetDateTime = () => DateTime.UtcNow;
    }

    /// <summary>The time; set it to the grain's clock.</summary>
    public Func<DateTime> GetDateTime { get; set; }

    /// <summary>How long an observer is kept after it subscribed last.</summary>
    public TimeSpan ExpirationDuration { get; set; }

    /// <summary>How many there are, the expired included.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds an observer, or counts its time anew.</summary>
    /// <param name="id">What it is known by.</param>
    /// <param name="observer">The observer.</param>
    public void Subscribe(TIdentity id, TObserver observer)
    {
        if (!_entries.ContainsKey(id))
        {
            _order.Add(id);
        }

        _entries[id] = (observer, GetDateTime());
    }

    /// <summary>Drops an observer.</summary>
    /// <param name="id">What it is known by.</param>
    public void Unsubscribe(TIdentity id)
    {
        if (_entries.Remove(id))
        {
            _order.Remove(id);
        }
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        _entries.Clear();
        _order.Clear();
    }

    /// <summary>Drops those who did not subscribe again in time.</summary>
    public void ClearExpired()
    {
        foreach ((TIdentity id, _) in Snapshot())
        {
            DropIfExpired(id);
        }
    }

    /// <summary>Notifies one after the other, in the order in which they subscribed.</summary>
    /// <param name="notification">Notifies one; a failure drops it.</param>
    /// <param name="predicate">Selects; null for all.</param>
    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach ((TIdentity id, TObserver observer) in Snapshot())
        {
            if (DropIfExpired(id) || predicate?.Invoke(observer) == false)
            {
                continue;
            }

            try
            {
                await notification(observer);
            }
            catch (Exception failure)
            {
                DropFailed(id, failure);
            }
        }
    }

    /// <summary>Notifies all by one-way calls, in the order in which they subscribed.</summary>
    /// <param name="notification">Notifies one; a failure drops it.</param>
    /// <param name="predicate">Selects; null for all.</param>
    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach ((TIdentity id, TObserver observer) in Snapshot())
        {
            if (DropIfExpired(id) || predicate?.Invoke(observer) == false)
            {
                continue;
            }

            try
            {
                notification(observer);
            }
            catch (Exception failure)
            {
                DropFailed(id, failure);
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerator<TObserver> GetEnumerator() => Snapshot().Select(entry => entry.Observer).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<(TIdentity Id, TObserver Observer)> Snapshot() => _order.ConvertAll(id => (id, _entries[id].Observer));

    private bool DropIfExpired(TIdentity id)
    {
        bool expired = _entries.TryGetValue(id, out (TObserver, DateTime Seen) entry) && entry.Seen + ExpirationDuration < GetDateTime();
        if (expired)
        {
            Unsubscribe(id);
        }

        return expired;
    }

    private void DropFailed(TIdentity id, Exception failure)
    {
        ObserverLog.Dropped(_log, id.ToString(), failure);
        Unsubscribe(id);
    }
}

/// <summary>What observer managers write to the log.</summary>
internal static partial class ObserverLog
{
    [LoggerMessage(20, LogLevel.Debug, "The observer {Observer} failed and is dropped")]
    internal static partial void Dropped(ILogger log, string? observer, Exception failure);
}
