namespace Multipath.Lab.Output;

/// <summary>One thing that happened in a run.</summary>
/// <param name="At">Since the traffic began.</param>
/// <param name="Source">Who says so: <c>scenario</c>, <c>traffic</c>, <c>silo</c> or an agent's host id.</param>
/// <param name="Kind">For example <c>link</c>, <c>report</c>, <c>plan</c>, <c>action</c>, <c>reflex</c>.</param>
/// <param name="Text">For a person; one line.</param>
internal sealed record TimelineEntry(TimeSpan At, string Source, string Kind, string Text);
