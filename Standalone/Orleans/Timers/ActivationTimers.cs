using Multipath.Standalone.Orleans.Activations;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Timers;

/// <summary>The timers of one activation. Only used in its turns.</summary>
internal sealed class ActivationTimers(Activation activation) : IDisposable
{
    private readonly List<GrainTimer> _timers = new(0);

    internal IGrainTimer Start(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(activation, callback, options, ended => _timers.Remove(ended));
        _timers.Add(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    /// <summary>Ends all of them.</summary>
    public void Dispose()
    {
        foreach (GrainTimer timer in _timers.ToArray())
        {
            timer.Dispose();
        }
    }
}
