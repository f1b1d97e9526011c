using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Multipath.Tidy.Tests.Support;

/// <summary>The members of a type that a grain's serializer writes.</summary>
internal static class GrainMembers
{
    /// <summary>Positional members, automatic properties and fields of instances; what is computed is not written.</summary>
    public static IEnumerable<(CSharpSyntaxNode Node, string Name, SyntaxList<AttributeListSyntax> Attributes)> Of(
        TypeDeclarationSyntax type)
    {
        if (type is RecordDeclarationSyntax { ParameterList: { } list })
        {
            foreach (var parameter in list.Parameters)
            {
                yield return (parameter, parameter.Identifier.Text, parameter.AttributeLists);
            }
        }

        foreach (var property in type.Members.OfType<PropertyDeclarationSyntax>().Where(IsStored))
        {
            yield return (property, property.Identifier.Text, property.AttributeLists);
        }

        foreach (var field in type.Members.OfType<FieldDeclarationSyntax>().Where(field => !IsOfType(field.Modifiers)))
        {
            yield return (field, field.Declaration.Variables[0].Identifier.Text, field.AttributeLists);
        }
    }

    public static IEnumerable<Violation> Check(SourceFile file, TypeDeclarationSyntax type)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (node, name, attributes) in Of(type))
        {
            if (Attributes.In(attributes, "Id")?.ArgumentList?.Arguments.FirstOrDefault()?.ToString() is not { } id)
            {
                yield return file.At(node, $"{type.Identifier}.{name} has no [Id]");
            }
            else if (!ids.TryAdd(id, name))
            {
                yield return file.At(node, $"{type.Identifier}.{name} has the id {id} of {ids[id]}");
            }

            var isMutable = node is PropertyDeclarationSyntax property
                    && property.AccessorList!.Accessors.Any(SyntaxKind.SetAccessorDeclaration)
                || node is FieldDeclarationSyntax field && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword);
            if (isMutable)
            {
                yield return file.At(node, $"{type.Identifier}.{name} can be set after it was made");
            }
        }
    }

    private static bool IsStored(PropertyDeclarationSyntax property) =>
        !IsOfType(property.Modifiers) && property.AccessorList is { } accessors
        && accessors.Accessors.All(accessor => accessor.Body is null && accessor.ExpressionBody is null);

    private static bool IsOfType(SyntaxTokenList modifiers) =>
        modifiers.Any(SyntaxKind.StaticKeyword) || modifiers.Any(SyntaxKind.ConstKeyword);
}

/// <summary>Attributes by the name that is written, with or without a target.</summary>
internal static class Attributes
{
    public static AttributeSyntax? Of(MemberDeclarationSyntax member, string name) => In(member.AttributeLists, name);

    public static AttributeSyntax? In(SyntaxList<AttributeListSyntax> lists, string name) =>
        lists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => Names.Last(attribute.Name) == name);
}
