using System.Runtime.InteropServices;
using Multipath.Policies.Model;
using Orleans;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;

namespace Multipath.Silo.Hosting;

/// <summary>Carries an <see cref="EquatableArray{T}"/> between silos, its elements by their own codec.</summary>
/// <typeparam name="T">The element type.</typeparam>
[RegisterSerializer]
internal sealed class EquatableArrayCodec<T>(IValueSerializer<EquatableArraySurrogate<T>> serializer)
    : GeneralizedValueTypeSurrogateCodec<EquatableArray<T>, EquatableArraySurrogate<T>>(serializer)
{
    public override EquatableArray<T> ConvertFromSurrogate(ref EquatableArraySurrogate<T> surrogate) =>
        new(ImmutableCollectionsMarshal.AsImmutableArray(surrogate.Items));

    public override void ConvertToSurrogate(EquatableArray<T> value, ref EquatableArraySurrogate<T> surrogate) =>
        surrogate.Items = ImmutableCollectionsMarshal.AsArray(value.Items);
}

/// <summary>The form on the wire.</summary>
/// <typeparam name="T">The element type.</typeparam>
[GenerateSerializer, Alias("mp.EquatableArray`1")]
internal struct EquatableArraySurrogate<T>
{
    /// <summary>The elements in order.</summary>
    [Id(0)]
    public T[]? Items;
}

/// <summary>Immutable, and so are its elements: a copy is the same array.</summary>
/// <typeparam name="T">The element type.</typeparam>
[RegisterCopier]
internal sealed class EquatableArrayCopier<T> : IDeepCopier<EquatableArray<T>>, IOptionalDeepCopier
{
    public bool IsShallowCopyable() => true;

    public EquatableArray<T> DeepCopy(EquatableArray<T> input, CopyContext context) => input;

    public object? DeepCopy(object? input, CopyContext context) => input;
}
