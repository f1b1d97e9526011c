using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>Gathers the actions of all connections by the step that they belong to.</summary>
internal sealed class ActionSteps
{
    internal List<DataPlaneAction> Bury { get; } = [];

    internal List<DataPlaneAction> Create { get; } = [];

    internal List<DataPlaneAction> Prioritise { get; } = [];

    internal List<DataPlaneAction> Retire { get; } = [];

    /// <summary>What is to be told of handovers.</summary>
    internal List<HandoverStep> Handovers { get; } = [];

    internal EquatableArray<DataPlaneAction> InOrder() => new([.. Bury, .. Create, .. Prioritise, .. Retire]);
}
