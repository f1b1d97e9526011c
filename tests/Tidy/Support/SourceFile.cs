using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Multipath.Tidy.Tests.Support;

/// <summary>A file of the repository by its path from the root, with slashes.</summary>
internal sealed class SourceFile(string path, string text)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse);
    private readonly Lazy<SyntaxTree> _tree = new(() => CSharpSyntaxTree.ParseText(text, Options, path));
    private readonly Lazy<XDocument> _xml = new(() => XDocument.Parse(text, LoadOptions.SetLineInfo));

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string[] Lines => Text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n');

    public SyntaxTree Tree => _tree.Value;

    public SyntaxNode Root => _tree.Value.GetRoot();

    public XDocument Xml => _xml.Value;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsProject => Path.EndsWith(".csproj", StringComparison.Ordinal);

    /// <summary>The name without folder and extension.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public bool IsUnder(params string[] folders) => folders.Any(folder => Path.StartsWith(folder + "/", StringComparison.Ordinal));

    public Violation At(SyntaxNode node, string message) => new(Path, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, message);

    public Violation At(SyntaxTrivia trivia, string message) =>
        new(Path, trivia.GetLocation().GetLineSpan().StartLinePosition.Line + 1, message);

    public Violation AtLine(int line, string message) => new(Path, line, message);

    public IEnumerable<Violation> LinesMatching(Regex pattern, Func<string, string> message) =>
        from numbered in Lines.Select((line, index) => (line, number: index + 1))
        from Match match in pattern.Matches(numbered.line)
        select AtLine(numbered.number, message(match.Value));
}
