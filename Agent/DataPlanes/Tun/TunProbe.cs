using Multipath.Agent.Reconcile;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Measures subflows of one queue's stack: one question to its pump for all, always the same object. For one thread.</summary>
internal sealed class TunProbe : ISubflowProbe, IPumpWork
{
    /// <summary>A pump that has not answered by then is being stopped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TunShard _shard;
    private readonly ManualResetEventSlim _answered = new(initialState: true);
    private FourTuple[] _wanted = [];
    private SubflowReading[] _readings = [];
    private int _count;

    internal TunProbe(TunShard shard) => _shard = shard;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<Kernel.SubflowSocket> subflows, Span<SubflowReading> readings)
    {
        if (!_answered.IsSet)
        {
            // The pump still has the last question, and may read it any moment.
            readings[..subflows.Length].Clear();
            return;
        }

        if (_wanted.Length < subflows.Length)
        {
            _wanted = new FourTuple[subflows.Length];
            _readings = new SubflowReading[subflows.Length];
        }

        _count = subflows.Length;
        for (var i = 0; i < _count; i++)
        {
            _wanted[i] = PlaneReader.Convert(subflows[i].Tuple);
        }

        _answered.Reset();
        if (_shard.TryPost(this) && _answered.Wait(Patience))
        {
            _readings.AsSpan(0, _count).CopyTo(readings);
        }
        else
        {
            readings[.._count].Clear();
        }
    }

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        for (var i = 0; i < _count; i++)
        {
            _readings[i] = _shard.Handler.Stack.Paths.TryGetSubflow(_wanted[i], out var info)
                ? new SubflowReading(true, PlaneReader.Sample(info, now))
                : default;
        }

        _answered.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => _answered.Dispose();
}
