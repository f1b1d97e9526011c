using Multipath.Standalone.Orleans.Calls;
using Multipath.Standalone.Orleans.Proxies;

namespace Orleans.Runtime;

/// <summary>A name for a grain or an observer on which its interface can be called. Two references to one identity are equal.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly ReferenceShared _shared;
    private CallTarget? _target;

    internal GrainReference(ReferenceShared shared, GrainId grainId)
    {
        _shared = shared;
        GrainId = grainId;
    }

    /// <summary>The identity that this reference stands for.</summary>
    public GrainId GrainId { get; }

    internal ReferenceShared Shared => _shared;

    /// <summary>The same identity through another interface.</summary>
    /// <typeparam name="TGrainInterface">The interface.</typeparam>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable
        => this is TGrainInterface same ? same : (TGrainInterface)(object)_shared.References.Create(typeof(TGrainInterface), GrainId);

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && other.GrainId == GrainId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}";

    /// <summary>Whether both stand for the same identity.</summary>
    /// <param name="reference1">One.</param>
    /// <param name="reference2">The other.</param>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2)
        => reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Whether they stand for different identities.</summary>
    /// <param name="reference1">One.</param>
    /// <param name="reference2">The other.</param>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    internal Task Send(VoidCall call, int method)
    {
        Dispatch(call, method);
        return call.IsOneWay ? Task.CompletedTask : call.Task;
    }

    internal Task<T> Send<T>(ResultCall<T> call, int method)
    {
        Task<T> answer = call.Task;
        Dispatch(call, method);
        return answer;
    }

    private void Dispatch(Call call, int method)
    {
        call.Prepare(_shared.Shape.Methods[method], _shared.Clock);
        CallTarget? target = _target;
        if (target is null || target.IsGone)
        {
            target = _shared.Targets.TryResolve(GrainId, out Exception? refusal);
            if (target is null)
            {
                call.TryFail(refusal!);
                return;
            }

            _target = target;
        }

        target.Receive(call);
    }
}
