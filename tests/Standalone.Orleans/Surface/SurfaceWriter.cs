using System.Reflection;

namespace Multipath.Standalone.Orleans.Tests.Surface;

/// <summary>Writes the public and protected members of types, one a line, without namespaces, parameter names and nullability.</summary>
internal static class SurfaceWriter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
    };

    internal static IEnumerable<string> Lines(Type type)
    {
        string owner = $"{type.Namespace}.{Name(type)}";
        yield return $"{owner}: {Kind(type)}";
        if (type.IsEnum)
        {
            foreach (string value in Enum.GetNames(type))
            {
                yield return $"{owner}: {value} = {Convert.ToInt64(Enum.Parse(type, value), null)}";
            }

            yield break;
        }

        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(each => IsVisible(each) && !each.IsStatic))
        {
            yield return $"{owner}: new({Parameters(constructor)})";
        }

        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            string[] accessors = [.. property.GetAccessors(nonPublic: true).Where(IsVisible).Select(each => each.Name[..3]).Order()];
            if (accessors.Length > 0)
            {
                yield return $"{owner}: {Name(property.PropertyType)} {property.Name} {{ {string.Join(' ', accessors)} }}";
            }
        }

        foreach (MethodInfo method in type.GetMethods(Declared).Where(each => IsVisible(each) && IsPlain(each)))
        {
            yield return $"{owner}: {Name(method.ReturnType)} {MethodName(method)}({Parameters(method)})";
        }
    }

    private static string Kind(Type type)
        => type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class" : "class";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsPlain(MethodInfo method) => !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string MethodName(MethodInfo method)
        => method.IsGenericMethod ? $"{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : method.Name;

    private static string Parameters(MethodBase method)
        => string.Join(", ", method.GetParameters().Select(parameter => (parameter.IsOut ? "out " : "") + Name(parameter.ParameterType)));

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying);
        }

        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
