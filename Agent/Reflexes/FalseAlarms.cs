using Multipath.Policies.Model;

namespace Multipath.Agent.Reflexes;

/// <summary>
/// Judges the alarms of the blackhole reflex afterwards. A subflow that is made again at once and answered without a retransmitted SYN
/// shows that the path was alive: the alarm was false, it is counted, and the path is watched with the longer threshold for a while.
/// </summary>
internal sealed class FalseAlarms
{
    /// <summary>The first SYN of Linux is sent again after 1 s (RFC 6298, section 2.1): an answer before was to the first one.</summary>
    private static readonly TimeSpan AnsweredBefore = TimeSpan.FromMilliseconds(900);

    /// <summary>Long enough that a path which deceives once a minute deceives no more.</summary>
    private static readonly TimeSpan CautionLasts = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(uint Token, PathKey Path), DateTimeOffset> _fired = [];
    private readonly Dictionary<PathKey, DateTimeOffset> _cautiousUntil = [];

    /// <summary>False alarms since the start.</summary>
    public long Count { get; private set; }

    /// <summary>A reflex closed a subflow and it is made again at once.</summary>
    public void Fired(uint token, PathKey path, DateTimeOffset now) => _fired[(token, path)] = now;

    /// <summary>A subflow was established.</summary>
    /// <returns>True when this shows that the last alarm was false.</returns>
    public bool Established(uint token, PathKey path, DateTimeOffset now)
    {
        if (!_fired.Remove((token, path), out var at) || now - at > AnsweredBefore)
        {
            return false;
        }

        Count++;
        foreach (var over in _cautiousUntil.Where(one => one.Value <= now).Select(one => one.Key).ToArray())
        {
            _cautiousUntil.Remove(over);
        }

        _cautiousUntil[path] = now + CautionLasts;
        return true;
    }

    /// <summary>True while a path is to be watched with the longer threshold.</summary>
    public bool IsCautious(PathKey path, DateTimeOffset now) => _cautiousUntil.TryGetValue(path, out var until) && until > now;

    /// <summary>The connection ended.</summary>
    public void Forget(uint token)
    {
        foreach (var key in _fired.Keys.Where(key => key.Token == token).ToArray())
        {
            _fired.Remove(key);
        }
    }
}
