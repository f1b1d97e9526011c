using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Standalone.Orleans.Storage;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Activations;

/// <summary>What the runtime knows of a grain class: its type name, its interfaces and how to make an instance.</summary>
internal sealed class GrainClass
{
    private readonly Lazy<ObjectFactory> _factory;
    private readonly Func<ActivationContext, object>[] _arguments;

    internal GrainClass(Type type, StateStores stores)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.Name ?? NameOf(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        Interfaces = [.. type.GetInterfaces().Where(each => typeof(IGrain).IsAssignableFrom(each))];

        // Parameters that only the runtime can give; the services give the others.
        ParameterInfo[] given = [.. ConstructorOf(type).GetParameters().Where(IsGiven)];
        _factory = new(() => ActivatorUtilities.CreateFactory(type, [.. given.Select(parameter => parameter.ParameterType)]));
        _arguments = [.. given.Select(parameter => ArgumentOf(parameter, stores))];
    }

    internal Type Type { get; }

    internal GrainType GrainType { get; }

    internal bool IsReentrant { get; }

    internal IReadOnlyList<Type> Interfaces { get; }

    internal IGrainBase Construct(ActivationContext context)
    {
        object[] arguments = new object[_arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _arguments[i](context);
            if (arguments[i] is IActivationState state)
            {
                context.States.Add(state);
            }
        }

        return (IGrainBase)_factory.Value(context.ActivationServices, arguments);
    }

    private static string NameOf(Type type)
    {
        const string Suffix = "grain";
        string name = type.Name.ToLowerInvariant();
        return name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
    }

    private static ConstructorInfo ConstructorOf(Type type)
        => type.GetConstructors().MaxBy(each => each.GetParameters().Length)
            ?? throw new ArgumentException($"The grain class {type} has no public constructor.");

    private static bool IsGiven(ParameterInfo parameter)
        => parameter.IsDefined(typeof(PersistentStateAttribute)) || parameter.ParameterType == typeof(IGrainContext);

    private static Func<ActivationContext, object> ArgumentOf(ParameterInfo parameter, StateStores stores)
        => parameter.GetCustomAttribute<PersistentStateAttribute>() is { } attribute
            ? stores.StateOf(parameter, attribute)
            : static context => context;
}
