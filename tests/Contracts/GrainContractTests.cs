using System.Reflection;
using Multipath.Contracts.Grains;
using Orleans;

namespace Multipath.Contracts.Tests;

public sealed class GrainContractTests
{
    private static readonly Type[] Types =
        [.. typeof(IHostGrain).Assembly.GetExportedTypes().OrderBy(type => type.Name, StringComparer.Ordinal)];

    [Fact]
    public void The_grain_contract_is_append_only() => GoldenFile.Matches("Grains.golden.txt", Types.SelectMany(Lines));

    [Fact]
    public void Every_type_that_crosses_has_an_alias_and_every_member_an_id_of_its_own()
    {
        foreach (var type in Types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute))))
        {
            Assert.NotNull(type.GetCustomAttribute<AliasAttribute>());
            if (!type.IsEnum)
            {
                var ids = Members(type).Select(member => member.GetCustomAttribute<IdAttribute>()?.Id).ToList();
                Assert.DoesNotContain(null, ids);
                Assert.Equal(ids.Count, ids.Distinct().Count());
            }
        }

        Assert.Equal(Types.SelectMany(Aliases).Count(), Types.SelectMany(Aliases).Distinct().Count());
    }

    private static IEnumerable<string> Aliases(Type type) => type.GetCustomAttributes<AliasAttribute>().Select(alias => alias.Alias);

    private static IEnumerable<string> Lines(Type type)
    {
        var alias = type.GetCustomAttribute<AliasAttribute>()?.Alias;
        return type.IsInterface
            ? type.GetMethods().Select(method =>
                $"{alias}.{method.GetCustomAttribute<AliasAttribute>()?.Alias}({Parameters(method)}) -> {Name(method.ReturnType)}")
            : type.IsEnum
                ? Enum.GetValues(type).Cast<object>().Select(value => $"{alias} {Convert.ToInt32(value, null)} = {value}")
                : Members(type).Select(member =>
                    $"{alias} {member.GetCustomAttribute<IdAttribute>()?.Id} = {Name(member.PropertyType)} {member.Name}");
    }

    private static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(member => member.CanWrite);

    private static string Parameters(MethodInfo method) =>
        string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)));

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? $"{Name(value)}?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
