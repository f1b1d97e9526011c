using Orleans.Runtime;

namespace Orleans;

/// <summary>What can be asked of any grain or reference.</summary>
public static class GrainExtensions
{
    /// <summary>A typed reference to a grain; used by a grain to hand out itself.</summary>
    /// <typeparam name="TGrainInterface">The interface.</typeparam>
    /// <param name="grain">A grain instance or a reference.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        => (TGrainInterface)(object)ReferenceOf(grain).Shared.References.Create(typeof(TGrainInterface), ReferenceOf(grain).GrainId);

    /// <summary>The same reference through another interface.</summary>
    /// <typeparam name="TGrainInterface">The interface.</typeparam>
    /// <param name="grain">A grain instance or a reference.</param>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>The identity of a grain instance or reference.</summary>
    /// <param name="grain">A grain instance or a reference.</param>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase instance => instance.GrainContext.GrainId,
        _ => throw NotAGrain(grain),
    };

    /// <summary>The key of a grain whose identity is a string.</summary>
    /// <param name="grain">A grain instance or a reference.</param>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString()!;

    private static GrainReference ReferenceOf(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase instance => instance.GrainContext.GrainReference,
        _ => throw NotAGrain(grain),
    };

    private static ArgumentException NotAGrain(IAddressable grain)
        => new($"{grain.GetType()} is neither a grain nor a reference; an observer is made one by IGrainFactory.CreateObjectReference.",
            nameof(grain));
}
