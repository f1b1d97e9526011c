namespace Multipath.Lab.Output;

/// <summary>Shows a run to a person or a script.</summary>
internal interface IRunView : IDisposable
{
    /// <summary>Called once for each thing that happened, in order, from any thread but never from two at once.</summary>
    void Show(TimelineEntry entry);

    /// <summary>Called a few times a second with the state of the moment; a view without a use for it ignores it.</summary>
    void Show(LabSnapshot snapshot);

    /// <summary>Called once, at the end.</summary>
    void Show(RunSummary summary);
}
