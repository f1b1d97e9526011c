using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class GrainContractsAreImmutable : Law
{
    private static readonly string[] Mutable =
    [
        "IReadOnlyList", "IReadOnlyCollection", "IReadOnlyDictionary", "IReadOnlySet", "IEnumerable", "IList", "ICollection", "IDictionary",
        "List", "Dictionary", "HashSet", "Queue", "Stack", "IAsyncEnumerable", "Stream", "Memory", "ReadOnlyMemory", "Span", "ReadOnlySpan",
    ];

    private static readonly string[] Returns = ["Task", "ValueTask"];

    public override string Rule =>
        "What crosses a grain interface is deeply immutable: [GenerateSerializer], [Immutable], a unique [Alias], a unique [Id] on every "
        + "member, ImmutableArray or EquatableArray, no protobuf type, no private nested type; methods return Task or ValueTask.";

    public override string Reason =>
        "An unserialisable parameter compiles on both builds and fails only between two silos; a mutable one is shared by two grains in "
        + "one process and copied in a cluster; a moved id reads old data as something else.";

    public override IEnumerable<Violation> Check(Tree tree)
    {
        var files = tree.CSharp.Where(file => file.IsUnder("Contracts/Grains")).ToArray();
        var types = files.SelectMany(file => file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>(), (file, type) => (file, type))
            .ToArray();
        return types.SelectMany(pair => Check(pair.file, pair.type)).Concat(Twins(types));
    }

    private static IEnumerable<Violation> Check(SourceFile file, BaseTypeDeclarationSyntax type) => type switch
    {
        InterfaceDeclarationSyntax contract => Interface(file, contract),
        TypeDeclarationSyntax data when !data.Modifiers.Any(SyntaxKind.StaticKeyword) => Data(file, data),
        _ => [],
    };

    private static IEnumerable<Violation> Interface(SourceFile file, InterfaceDeclarationSyntax contract)
    {
        if (Attributes.Of(contract, "Alias") is null)
        {
            yield return file.At(contract, $"{contract.Identifier} has no [Alias]");
        }

        // An observer is told, not asked: its methods may return nothing.
        var isObserver = contract.BaseList?.Types.Any(
            parent => parent.ToString().Contains("IGrainObserver", StringComparison.Ordinal)) == true;
        foreach (var method in contract.Members.OfType<MethodDeclarationSyntax>())
        {
            if (!Returns.Contains(Names.Last(method.ReturnType)) && !(isObserver && method.ReturnType.ToString() == "void"))
            {
                yield return file.At(method, $"{method.Identifier} returns {method.ReturnType}, not a Task");
            }

            foreach (var violation in Types(file, method))
            {
                yield return violation;
            }
        }

        foreach (var property in contract.Members.OfType<PropertyDeclarationSyntax>())
        {
            yield return file.At(property, $"{property.Identifier} is a property; a grain has methods");
        }
    }

    private static IEnumerable<Violation> Data(SourceFile file, TypeDeclarationSyntax type)
    {
        if (type.Parent is TypeDeclarationSyntax
            && !type.Modifiers.Any(SyntaxKind.PublicKeyword) && !type.Modifiers.Any(SyntaxKind.InternalKeyword))
        {
            yield return file.At(type, $"{type.Identifier} is nested and private");
        }

        var isException = type.Identifier.Text.EndsWith("Exception", StringComparison.Ordinal);
        foreach (var attribute in new[] { "GenerateSerializer", "Alias", "Immutable" }.Where(name => !(isException && name == "Immutable")))
        {
            if (Attributes.Of(type, attribute) is null)
            {
                yield return file.At(type, $"{type.Identifier} has no [{attribute}]");
            }
        }

        var members = GrainMembers.Of(type).SelectMany(member => Types(file, member.Node));
        foreach (var violation in GrainMembers.Check(file, type).Concat(members))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> Types(SourceFile file, CSharpSyntaxNode node) =>
        from name in node.DescendantNodes().OfType<TypeSyntax>()
        let fault = name switch
        {
            ArrayTypeSyntax => "an array can be written to",
            SimpleNameSyntax simple when Mutable.Contains(simple.Identifier.Text) => "use ImmutableArray or EquatableArray",
            QualifiedNameSyntax when name.Parent is not QualifiedNameSyntax
                && name.ToString().Contains("Contracts.Wire", StringComparison.Ordinal) => "a protobuf type",
            _ => null,
        }
        where fault is not null && !name.Ancestors().OfType<AttributeSyntax>().Any()
        select file.At(name, $"{name}: {fault}");

    private static IEnumerable<Violation> Twins((SourceFile File, BaseTypeDeclarationSyntax Type)[] types) =>
        from type in types
        let alias = Attributes.Of(type.Type, "Alias")?.ArgumentList?.Arguments.FirstOrDefault()?.ToString()
        where alias is not null
        group type by alias into twins
        where twins.Count() > 1
        from twin in twins.Skip(1)
        select twin.File.At(twin.Type, $"{twin.Type.Identifier} has the alias {twins.Key} of {twins.First().Type.Identifier}");
}
