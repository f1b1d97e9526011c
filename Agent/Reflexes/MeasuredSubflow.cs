using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reflexes;

/// <summary>What the watch read of a subflow that sent since it was last told of.</summary>
/// <param name="Tuple">The subflow.</param>
/// <param name="Sample">Its measurements.</param>
internal readonly record struct MeasuredSubflow(FourTuple Tuple, SubflowSample Sample);

/// <summary>
/// Carries measurements from the watch's thread to the loop's. There is one, used again and again, so that nothing is allocated; while the
/// loop has it, the watch goes on without telling.
/// </summary>
internal sealed class MeasuredBatch : IDisposable
{
    private readonly List<MeasuredSubflow> _subflows = [];
    private int _away;

    /// <summary>For the loop, until it disposes of the batch.</summary>
    public IReadOnlyList<MeasuredSubflow> Subflows => _subflows;

    /// <returns>False while the loop has it.</returns>
    public bool TryFill(List<MeasuredSubflow> measured)
    {
        if (Interlocked.Exchange(ref _away, 1) == 1)
        {
            return false;
        }

        _subflows.Clear();
        _subflows.AddRange(measured);
        return true;
    }

    /// <summary>Gives it back to the watch.</summary>
    public void Dispose() => Volatile.Write(ref _away, 0);
}
