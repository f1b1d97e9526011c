using System.Reflection;
using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Storage;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Directory;

/// <summary>The grain classes of the program, found in every assembly that uses the grain API.</summary>
internal sealed class GrainClassMap
{
    private static readonly Lazy<Type[]> Program = new(FindTypes);
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    /// <summary>Reads the classes.</summary>
    /// <param name="types">Types to look at; those that are not grain classes are skipped.</param>
    /// <param name="stores">Where states come from.</param>
    /// <exception cref="ArgumentException">Two classes have the same type name.</exception>
    internal GrainClassMap(IEnumerable<Type> types, StateStores stores)
    {
        foreach (Type type in types.Where(IsGrainClass))
        {
            var grainClass = new GrainClass(type, stores);
            if (!_byType.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new ArgumentException(
                    $"{type} and {_byType[grainClass.GrainType].Type} are both the grain type \"{grainClass.GrainType}\": "
                    + "name one by [GrainType].");
            }

            foreach (Type each in grainClass.Interfaces)
            {
                if (!_byInterface.TryGetValue(each, out List<GrainClass>? implementations))
                {
                    _byInterface.Add(each, implementations = []);
                }

                implementations.Add(grainClass);
            }
        }
    }

    /// <summary>The grain classes of all assemblies, loaded or referenced, that reference this one.</summary>
    internal static IReadOnlyList<Type> TypesOfProgram => Program.Value;

    internal IEnumerable<Type> Interfaces => _byInterface.Keys;

    internal GrainClass? ClassOf(GrainType type) => _byType.GetValueOrDefault(type);

    /// <summary>The class that implements an interface.</summary>
    /// <param name="interfaceType">The interface.</param>
    /// <param name="prefix">A prefix of the class's full name, if several implement it.</param>
    /// <exception cref="ArgumentException">None does, or several do.</exception>
    internal GrainClass Implementation(Type interfaceType, string? prefix)
    {
        IReadOnlyList<GrainClass> all = _byInterface.TryGetValue(interfaceType, out List<GrainClass>? found) ? found : [];
        GrainClass[] fitting = [.. all.Where(each => prefix is null || each.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))];
        if (fitting.Length > 1 && fitting.Where(each => interfaceType.Name == "I" + each.Type.Name).ToArray() is [{ } sameName])
        {
            return sameName;
        }

        string with = prefix is null ? "" : $" with the prefix {prefix}";
        return fitting switch
        {
            [{ } only] => only,
            [] => throw new ArgumentException($"No grain class{with} implements {interfaceType}."),
            _ => throw new ArgumentException($"Several grain classes{with} implement {interfaceType}: "
                + $"{string.Join(", ", fitting.Select(each => each.Type))}."),
        };
    }

    private static Type[] FindTypes()
    {
        string own = typeof(GrainClassMap).Assembly.GetName().Name!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(each => !each.IsDynamic));
        var users = new List<Assembly>();
        while (queue.TryDequeue(out Assembly? assembly))
        {
            if (!seen.Add(assembly.FullName!))
            {
                continue;
            }

            AssemblyName[] references = assembly.GetReferencedAssemblies();
            if (references.Any(reference => reference.Name == own))
            {
                users.Add(assembly);
            }

            foreach (AssemblyName reference in references.Where(each => !IsFramework(each.Name!) && !seen.Contains(each.FullName)))
            {
                try
                {
                    queue.Enqueue(Assembly.Load(reference));
                }
                catch (Exception missing) when (missing is IOException or BadImageFormatException)
                {
                    // An optional dependency that is not deployed has no grains.
                    seen.Add(reference.FullName);
                }
            }
        }

        return [.. users.OrderBy(user => user.FullName, StringComparer.Ordinal).SelectMany(user => user.GetTypes()).Where(IsGrainClass)];
    }

    private static bool IsFramework(string name)
        => name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft", StringComparison.Ordinal)
            || name is "netstandard" or "mscorlib";

    private static bool IsGrainClass(Type type)
        => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrainBase).IsAssignableFrom(type);
}
