using Multipath.Standalone.Orleans.Calls;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>What all references of one interface share.</summary>
/// <param name="Shape">The interface.</param>
/// <param name="Targets">Finds what an identity stands for.</param>
/// <param name="References">Makes references of other interfaces.</param>
/// <param name="Clock">The time.</param>
internal sealed record ReferenceShared(InterfaceShape Shape, ICallTargets Targets, ReferenceFactory References, TimeProvider Clock);

/// <summary>Finds what an identity stands for.</summary>
internal interface ICallTargets
{
    /// <summary>The target, made if need be; null with the reason why there is none.</summary>
    /// <param name="id">The identity.</param>
    /// <param name="refusal">Why there is none.</param>
    CallTarget? TryResolve(GrainId id, out Exception? refusal);
}
