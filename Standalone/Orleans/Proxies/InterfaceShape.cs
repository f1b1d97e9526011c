using System.Reflection;
using Orleans;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>The methods of an interface, in a fixed order, checked to be callable.</summary>
/// <param name="Type">The interface.</param>
/// <param name="Methods">Its methods and those of its bases.</param>
internal sealed record InterfaceShape(Type Type, IReadOnlyList<MethodShape> Methods)
{
    /// <summary>Reads and checks an interface.</summary>
    /// <param name="type">The interface.</param>
    /// <param name="responseTimeout">For methods that set none.</param>
    /// <param name="clock">Whose ticks timeouts are counted in.</param>
    /// <exception cref="ArgumentException">It has members that cannot be called on a reference; all of them are named.</exception>
    internal static InterfaceShape Of(Type type, TimeSpan responseTimeout, TimeProvider clock)
    {
        if (!type.IsInterface || type.ContainsGenericParameters)
        {
            throw new ArgumentException($"{type} is not a closed interface: references are made to interfaces.");
        }

        bool isObserver = typeof(IGrainObserver).IsAssignableFrom(type);
        Type[] all = [type, .. type.GetInterfaces().OrderBy(each => each.FullName, StringComparer.Ordinal)];
        const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
        MethodInfo[] methods = [.. all.SelectMany(each => each.GetMethods(Instance))];
        string[] faults = [.. methods.Select(method => Fault(method, isObserver)).OfType<string>()];
        if (faults.Length > 0)
        {
            string kind = isObserver ? "an observer" : "a grain";
            throw new ArgumentException($"{type} cannot be {kind} interface: {string.Join("; ", faults)}.");
        }

        return new InterfaceShape(type, [.. methods.Select(method => Shape(method, responseTimeout, clock))]);
    }

    private static MethodShape Shape(MethodInfo method, TimeSpan responseTimeout, TimeProvider clock)
    {
        TimeSpan timeout = new MethodShape(method, responseTimeout).Timeout;
        return new MethodShape(method, responseTimeout) { TimeoutTicks = (long)(timeout.TotalSeconds * clock.TimestampFrequency) };
    }

    private static string? Fault(MethodInfo method, bool isObserver)
    {
        string name = $"{method.DeclaringType!.Name}.{method.Name}";
        Type returns = method.ReturnType;
        if (method.IsSpecialName)
        {
            return $"{name} is a property or an event";
        }

        if (method.IsGenericMethodDefinition)
        {
            return $"{name} is generic";
        }

        if (method.GetParameters().FirstOrDefault(parameter => parameter.ParameterType.IsByRef) is { } byReference)
        {
            return $"{name} takes {byReference.Name} by reference";
        }

        if (method.GetParameters().FirstOrDefault(parameter => parameter.ParameterType.IsByRefLike) is { } stackOnly)
        {
            return $"{name} takes {stackOnly.Name}, which cannot leave the stack";
        }

        if (returns == typeof(void))
        {
            return isObserver ? null : $"{name} returns nothing; a grain's method returns a task";
        }

        if (!IsTask(returns))
        {
            return $"{name} returns {returns.Name}; Task, Task<T>, ValueTask or ValueTask<T> was expected";
        }

        return returns.IsGenericType && method.IsDefined(typeof(global::Orleans.Concurrency.OneWayAttribute))
            ? $"{name} is one-way but returns a value"
            : null;
    }

    private static bool IsTask(Type type)
        => type == typeof(Task) || type == typeof(ValueTask)
            || (type.IsGenericType && IsTaskOf(type.GetGenericTypeDefinition()));

    private static bool IsTaskOf(Type definition) => definition == typeof(Task<>) || definition == typeof(ValueTask<>);
}
