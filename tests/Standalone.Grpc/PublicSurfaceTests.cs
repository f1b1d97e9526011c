using System.Reflection;
using System.Text;
using Grpc.Core;

namespace Multipath.Standalone.Grpc.Tests;

/// <summary>
/// What compiles against this assembly compiles against the real packages: every public signature is one of theirs. The golden
/// file lists real signatures of Grpc.Core.Api, Grpc.Net.Common, Grpc.Net.Client and Grpc.AspNetCore.Server, by type.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Every_public_signature_is_one_of_the_real_packages()
    {
        var real = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "PublicSurface.golden.txt")).ToHashSet();
        var ours = typeof(Status).Assembly.GetExportedTypes()
            .Where(type => !type.Name.StartsWith('<'))
            .SelectMany(Describe)
            .ToArray();
        var foreign = ours.Where(line => !real.Contains(line)).Order(StringComparer.Ordinal).ToArray();

        Assert.NotEmpty(ours);
        Assert.True(foreign.Length == 0, "Public, but not in the real packages' golden list:\n" + string.Join('\n', foreign));
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Kind(type)} {Name(type)}";
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            yield return $"{Name(type)}: {Signature(type.GetMethod("Invoke")!)}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared))
        {
            var line = member switch
            {
                FieldInfo { IsSpecialName: false } field when Visible(field.Attributes) => Describe(field),
                ConstructorInfo made when Visible(made.Attributes) => $"{Protected(made)}.ctor({Parameters(made)})",
                PropertyInfo property when Accessors(property) is { Length: > 0 } accessors =>
                    $"{Name(property.PropertyType)} {property.Name} {{ {accessors}}}",
                // An override adds nothing to the surface.
                MethodInfo { IsSpecialName: false } method when IsNew(method) => Signature(method),
                _ => null,
            };
            if (line is not null)
            {
                yield return $"{Name(type)}: {line}";
            }
        }
    }

    private static bool IsNew(MethodInfo method) => Visible(method.Attributes) && method.GetBaseDefinition() == method;

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
        : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class"
        : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string Describe(FieldInfo field) => field.DeclaringType!.IsEnum
        ? $"{field.Name} = {Convert.ToInt32(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}"
        : $"{Name(field.FieldType)} {field.Name}";

    private static string Accessors(PropertyInfo property)
    {
        var text = new StringBuilder();
        foreach (var (accessor, name) in ((MethodInfo?, string)[])[(property.GetMethod, "get; "), (property.SetMethod, "set; ")])
        {
            text.Append(accessor is not null && Visible(accessor.Attributes) ? Protected(accessor) + name : "");
        }

        return text.ToString();
    }

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        var name = method.Name[(method.Name.LastIndexOf('.') + 1)..];
        return $"{Protected(method)}{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {name}{generic}({Parameters(method)})";
    }

    private static string Protected(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Describe));

    private static string Describe(ParameterInfo parameter) =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}";

    private static bool Visible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static bool Visible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var simple = type.Name.Split('`')[0];
        var outer = type.IsNested ? Name(type.DeclaringType!) + "." : type.Namespace is "System" ? "" : type.Namespace + ".";
        var arguments = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(Name).ToArray();
        return outer + simple + (arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments)}>");
    }
}
