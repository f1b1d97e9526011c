using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Multipath.Tidy.Tests.Support;

/// <summary>Names as they are written, for laws that need no compilation.</summary>
internal static class Names
{
    /// <summary>Every dotted name that the file writes, the longest form of each, in usings and in code.</summary>
    public static IEnumerable<(SyntaxNode Node, string Name)> Dotted(SyntaxNode root) =>
        from node in root.DescendantNodes(descendIntoTrivia: false)
        where node is NameSyntax or MemberAccessExpressionSyntax && !IsPartOfLonger(node)
        let name = Flat(node)
        where name is not null
        select (node, name);

    /// <summary>True when <paramref name="name"/> is <paramref name="space"/> or lies in it.</summary>
    public static bool IsIn(string name, string space) =>
        name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    /// <summary>The last identifier of an attribute's, type's or member's name.</summary>
    public static string Last(SyntaxNode name) => name switch
    {
        QualifiedNameSyntax qualified => Last(qualified.Right),
        AliasQualifiedNameSyntax alias => Last(alias.Name),
        MemberAccessExpressionSyntax access => Last(access.Name),
        SimpleNameSyntax simple => simple.Identifier.Text,
        NullableTypeSyntax nullable => Last(nullable.ElementType),
        _ => name.ToString(),
    };

    private static bool IsPartOfLonger(SyntaxNode node) => node.Parent is QualifiedNameSyntax or MemberAccessExpressionSyntax
        or AliasQualifiedNameSyntax or BaseNamespaceDeclarationSyntax;

    private static string? Flat(SyntaxNode node) => node switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.Text,
        GenericNameSyntax generic => generic.Identifier.Text,
        QualifiedNameSyntax qualified => $"{Flat(qualified.Left)}.{Flat(qualified.Right)}",
        AliasQualifiedNameSyntax alias => Flat(alias.Name),
        MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression } access
            when Flat(access.Expression) is { } left => $"{left}.{Flat(access.Name)}",
        _ => null,
    };
}
