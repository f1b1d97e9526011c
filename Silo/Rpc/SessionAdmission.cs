using System.Threading.RateLimiting;

namespace Multipath.Silo.Rpc;

/// <summary>Sheds the load of a reconnect storm: a place for each open session, and a rate for new ones.</summary>
internal sealed class SessionAdmission : IDisposable
{
    private readonly ConcurrencyLimiter _open;
    private readonly TokenBucketRateLimiter _rate;

    public SessionAdmission(SessionSettings settings)
    {
        _open = new(new() { PermitLimit = settings.Sessions, QueueLimit = 0 });
        _rate = new(new()
        {
            TokenLimit = settings.SessionBurst,
            TokensPerPeriod = Math.Max(1, settings.SessionsPerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            QueueLimit = 0,
            AutoReplenishment = true,
        });
    }

    /// <summary>A place, to be given back at the session's end; null when there is none now.</summary>
    public IDisposable? TryEnter()
    {
        var place = _open.AttemptAcquire();
        if (place.IsAcquired)
        {
            using var token = _rate.AttemptAcquire();
            if (token.IsAcquired)
            {
                return place;
            }
        }

        place.Dispose();
        return null;
    }

    public void Dispose()
    {
        _open.Dispose();
        _rate.Dispose();
    }
}
