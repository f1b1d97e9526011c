using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Measures subflows of the stack: one question to the pump for all, always the same object. For one thread.</summary>
internal sealed class TunProbe : ISubflowProbe, IPumpWork
{
    /// <summary>A pump that has not answered by then is being stopped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Subflows whose connection is remembered; past it all are searched for again.</summary>
    private const int OwnerLimit = 4096;

    private readonly TunStack _stack;
    private readonly SubflowInfo[] _subflows = new SubflowInfo[PlaneReader.SubflowLimit];
    private readonly ManualResetEventSlim _answered = new();
    private readonly Dictionary<FourTuple, ConnectionId> _owners = [];
    private FourTuple[] _wanted = [];
    private SubflowReading[] _readings = [];
    private int _count;

    internal TunProbe(TunStack stack) => _stack = stack;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<Kernel.FourTuple> subflows, Span<SubflowReading> readings)
    {
        if (_wanted.Length < subflows.Length)
        {
            _wanted = new FourTuple[subflows.Length];
            _readings = new SubflowReading[subflows.Length];
        }

        _count = subflows.Length;
        for (var i = 0; i < _count; i++)
        {
            _wanted[i] = PlaneReader.Convert(subflows[i]);
            _readings[i] = default;
        }

        _answered.Reset();
        if (_stack.TryPost(this) && _answered.Wait(Patience))
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
            _readings[i] = Measure(_wanted[i], now);
        }

        _answered.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => _answered.Dispose();

    private SubflowReading Measure(in FourTuple wanted, Instant now)
    {
        if (_owners.TryGetValue(wanted, out var owner))
        {
            if (TryMeasure(owner, wanted, now, out var sample))
            {
                return new SubflowReading(true, sample);
            }

            _owners.Remove(wanted);
            return default;
        }

        return Search(wanted, now);
    }

    /// <summary>Once for each subflow.</summary>
    private SubflowReading Search(in FourTuple wanted, Instant now)
    {
        foreach (var connection in _stack.Handler.Multipath)
        {
            if (TryMeasure(connection, wanted, now, out var sample))
            {
                if (_owners.Count == OwnerLimit)
                {
                    _owners.Clear();
                }

                _owners[wanted] = connection;
                return new SubflowReading(true, sample);
            }
        }

        return default;
    }

    private bool TryMeasure(ConnectionId connection, in FourTuple wanted, Instant now, out SubflowSample sample)
    {
        foreach (ref readonly var one in _subflows.AsSpan(0, _stack.Handler.Stack.GetSubflows(connection, _subflows)))
        {
            if (one.Tuple == wanted)
            {
                sample = PlaneReader.Sample(one, now);
                return true;
            }
        }

        sample = default;
        return false;
    }
}
