using System.Collections.Immutable;
using Multipath.Agent.Reconcile;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>A stack on a TUN: each question goes to a queue's thread, which answers within a round. Owns the stack.</summary>
internal sealed class TunAccess(TunStack stack) : IStackAccess
{
    public int Count => stack.Shards.Count;

    public T Ask<T>(Func<HeldConnections, Instant, T> question) => Ask(0, question);

    public T Ask<T>(int shard, Func<HeldConnections, Instant, T> question) =>
        stack.Shards[shard].AskAsync((handler, now) => question(handler.Connections, now)).GetAwaiter().GetResult();

    public ISubflowProbe OpenProbe() => stack.Shards is [var only]
        ? new TunProbe(only)
        : new JoinedProbe([.. stack.Shards.Select(shard => new TunProbe(shard))]);

    public ImmutableSortedDictionary<string, ulong> Counters()
    {
        var counters = stack.Counters;
        return ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        [
            KeyValuePair.Create("TunBytesIn", (ulong)counters.BytesIn),
            KeyValuePair.Create("TunBytesOut", (ulong)counters.BytesOut),
            KeyValuePair.Create("TunPacketsIn", (ulong)counters.PacketsIn),
            KeyValuePair.Create("TunPacketsOut", (ulong)counters.PacketsOut),
            KeyValuePair.Create("TunPacketsRefused", (ulong)counters.Refused),
        ]);
    }

    public void Dispose() => stack.Dispose();
}
