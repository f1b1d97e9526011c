using System.Collections.Concurrent;
using System.Security.Cryptography;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// The shards of a TUN. The kernel hands a flow's packets to the queue that last wrote one of it (drivers/net/tun.c,
/// <c>tun_flow_update</c>), so that most come to the stack that has the flow; the others, those of flows that were idle for 3 s among them,
/// come where the kernel's hash says, and are handed over. Any thread.
/// </summary>
internal sealed class TunGroup(int shards) : IStackGroup
{
    private readonly ConcurrentDictionary<FourTuple, int> _flows = new(new Secret());
    private readonly TunShard?[] _shards = new TunShard?[shards];

    /// <summary>A shard has been made; what came for it before is lost.</summary>
    internal void Add(int place, TunShard shard) => Volatile.Write(ref _shards[place], shard);

    public bool TryFind(in FourTuple flow, out int stack) => _flows.TryGetValue(flow, out stack);

    public void Add(in FourTuple flow, int stack) => _flows[flow] = stack;

    public void Remove(in FourTuple flow, int stack) => _flows.TryRemove(KeyValuePair.Create(flow, stack));

    public void HandOver(int stack, ReadOnlySpan<byte> packet, in PacketInfo info) =>
        Volatile.Read(ref _shards[stack])?.HandOver(packet, info);

    /// <summary>Peers must not choose ends that collide.</summary>
    private sealed class Secret : IEqualityComparer<FourTuple>
    {
        private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

        public bool Equals(FourTuple one, FourTuple other) => one.Equals(other);

        public int GetHashCode(FourTuple flow) => (int)flow.Hash(_seed);
    }
}
