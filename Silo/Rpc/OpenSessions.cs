using System.Collections.Concurrent;

namespace Multipath.Silo.Rpc;

/// <summary>The open sessions of this silo, for who has to ask some of them to leave.</summary>
internal sealed class OpenSessions
{
    private readonly ConcurrentDictionary<AgentSession, bool> _open = new();

    public int Count => _open.Count;

    /// <summary>A session is open until the result is disposed of.</summary>
    public IDisposable Enter(AgentSession session)
    {
        _open[session] = true;
        return new Entry(_open, session);
    }

    /// <summary>Any of them; which ones does not matter, for agents are told apart by nothing.</summary>
    public IReadOnlyList<AgentSession> Some(int count) => [.. _open.Keys.Take(count)];

    private sealed class Entry(ConcurrentDictionary<AgentSession, bool> open, AgentSession session) : IDisposable
    {
        public void Dispose() => open.TryRemove(session, out _);
    }
}
