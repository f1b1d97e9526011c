using Multipath.Contracts.Grains;

namespace Multipath.Silo.Grains.Host;

/// <summary>The host's current session, if it has one.</summary>
internal sealed class HostLink
{
    private string? _id;
    private IHostSession? _session;
    private bool _wholeReportAsked;

    public bool IsOpen => _session is not null;

    public bool Is(string session) => _id == session;

    /// <summary>The newest session wins: the older one may be half open, and its agent is the one that speaks now.</summary>
    public async Task Replace(string id, IHostSession session)
    {
        var older = _session;
        (_id, _session, _wholeReportAsked) = (id, session, false);
        if (older is not null)
        {
            await older.Superseded();
        }
    }

    public void Close() => (_id, _session) = (null, null);

    public Task Offer(PlanOffer offer) => _session?.Offer(offer) ?? Task.CompletedTask;

    /// <summary>Asks once; differences that are on their way meanwhile do not make it ask again.</summary>
    public Task AskWholeReport(string reason)
    {
        if (_session is null || _wholeReportAsked)
        {
            return Task.CompletedTask;
        }

        _wholeReportAsked = true;
        return _session.RequestFullReport(reason);
    }

    /// <summary>A whole report came, good or bad.</summary>
    public void WholeReportCame() => _wholeReportAsked = false;
}
