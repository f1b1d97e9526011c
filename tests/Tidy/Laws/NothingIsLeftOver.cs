using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed partial class NothingIsLeftOver : Law
{
    public override string Rule => "No TODO, FIXME, HACK or XXX in a comment, no NotImplementedException, no code that is commented out.";

    public override string Reason =>
        "What is in the tree works. A note to oneself is a promise that nobody keeps, dead code misleads who reads it.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        tree.CSharp.SelectMany(file => Notes(file).Concat(DeadCode(file)).Concat(Stubs(file)))
            .Concat(tree.Files.Where(IsOtherText).SelectMany(file => file.LinesMatching(MarkedNote(), note => $"leftover {note}")));

    private static bool IsOtherText(SourceFile file) =>
        Path.GetExtension(file.Path) is ".proto" or ".razor" or ".js" or ".css" or ".yaml" or ".yml" or ".sh"
            or ".csproj" or ".props" or ".targets"
        || file.Path == ".ci/run";

    private static IEnumerable<Violation> Notes(SourceFile file) =>
        from trivia in file.Root.DescendantTrivia()
        where IsComment(trivia)
        from Match note in Note().Matches(trivia.ToFullString())
        select file.At(trivia, $"leftover {note.Value}");

    private static IEnumerable<Violation> DeadCode(SourceFile file) =>
        from trivia in file.Root.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) && IsCode(trivia.ToString().TrimStart('/').Trim())
        select file.At(trivia, $"code that is commented out: {trivia}");

    private static IEnumerable<Violation> Stubs(SourceFile file) =>
        from name in file.Root.DescendantNodes().OfType<IdentifierNameSyntax>()
        where name.Identifier.Text == "NotImplementedException"
        select file.At(name, "a stub");

    private static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia
        or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia
        or SyntaxKind.MultiLineDocumentationCommentTrivia;

    // A comment that ends as code does and parses as one statement; a sentence does neither.
    private static bool IsCode(string text) =>
        text is "{" or "}" or "};"
        || (text.EndsWith(';') && text.IndexOfAny(['(', '=']) >= 0 && Parses(text))
        || (text.EndsWith('{') && Parses(text + "}"));

    private static bool Parses(string statement)
    {
        var parsed = SyntaxFactory.ParseStatement(statement, consumeFullText: true);
        return !parsed.ContainsDiagnostics;
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Note();

    [GeneratedRegex(@"(?<=(//|#|/\*|<!--).*)\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex MarkedNote();
}
