using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer of one activation; it ends with it. Its ticks are turns of the grain and never overlap each other.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets the next tick and the period anew. From within a tick it takes effect when the tick ends.</summary>
    /// <param name="dueTime">Until the next tick; infinite stops the timer.</param>
    /// <param name="period">From the end of one tick to the next; infinite for a single one.</param>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a timer runs.</summary>
public readonly struct GrainTimerCreationOptions()
{
    /// <summary>With both times.</summary>
    /// <param name="dueTime">Until the first tick.</param>
    /// <param name="period">From the end of one tick to the next.</param>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Until the first tick.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of one tick to the next; infinite for a single one.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks may start while requests wait at an await.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use, so that the activation does not become idle.</summary>
    public bool KeepAlive { get; init; }
}
