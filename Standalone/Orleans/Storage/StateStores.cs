using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Standalone.Orleans.Activations;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Standalone.Orleans.Storage;

/// <summary>Finds the storage that a state names.</summary>
internal sealed class StateStores(IServiceProvider services)
{
    /// <summary>The name of the storage for states that name none.</summary>
    internal const string DefaultName = "Default";

    /// <summary>How to make the state of a constructor parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="attribute">Its attribute.</param>
    /// <exception cref="ArgumentException">It is not an <see cref="IPersistentState{TState}"/>.</exception>
    internal Func<ActivationContext, object> StateOf(ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        Type type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException(
                $"The parameter {parameter.Name} of {parameter.Member.DeclaringType} has [PersistentState] but is a {type}.");
        }

        ConstructorInfo constructor = typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()).GetConstructors()[0];
        return context => constructor.Invoke([attribute.StateName, context.GrainId, Resolve(attribute, context.GrainId)]);
    }

    private IGrainStorage Resolve(PersistentStateAttribute attribute, GrainId grain)
    {
        IGrainStorage? storage = string.IsNullOrEmpty(attribute.StorageName)
            ? services.GetService<IGrainStorage>()
            : services.GetKeyedService<IGrainStorage>(attribute.StorageName);
        return storage ?? throw new BadProviderConfigException(
            $"The state \"{attribute.StateName}\" of {grain} needs the storage \"{attribute.StorageName ?? DefaultName}\", which is not "
            + "registered.");
    }
}
