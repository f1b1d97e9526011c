using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class PureCodeIsPure : Law
{
    internal const string ListPath = "tests/Tidy/BannedSymbols.Pure.txt";

    /// <summary>Errors that leave a name without a symbol, behind which a banned one could hide.</summary>
    private static readonly HashSet<string> Unbound = new(StringComparer.Ordinal) { "CS0012", "CS0103", "CS0234", "CS0246", "CS0400" };

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Multipath.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private static readonly SyntaxTree ImplicitUsings = CSharpSyntaxTree.ParseText(
        string.Concat(new[]
        {
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks",
        }.Select(space => $"global using {space};")),
        new CSharpParseOptions(LanguageVersion.Preview));

    public override string Rule => $"Protocol and Policies name nothing that {ListPath} bans, neither in code nor in a signature.";

    public override string Reason =>
        "They run unchanged in the grain, in the agent and in the simulator: time and randomness are arguments, effects and the next "
        + "deadline are return values. The banned-API analyser sees what is called; this law sees every name, "
        + "a signature's and a var's as well.";

    public override IEnumerable<Violation> Check(Tree tree)
    {
        var banned = BannedSymbols.Parse(tree.Find(ListPath)?.Text ?? "");
        var files = tree.CSharp.Where(file => file.IsUnder("Protocol", "Policies")).ToDictionary(file => file.Tree);
        var compilation = CSharpCompilation.Create(
            "Pure", [ImplicitUsings, .. files.Keys], References.Value, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return files.SelectMany(file => Check(file.Value, compilation.GetSemanticModel(file.Key), banned)).Distinct();
    }

    private static IEnumerable<Violation> Check(SourceFile file, SemanticModel model, BannedSymbols banned)
    {
        foreach (var error in model.GetDiagnostics().Where(diagnostic => Unbound.Contains(diagnostic.Id)))
        {
            var line = error.Location.GetLineSpan().StartLinePosition.Line + 1;
            yield return new Violation(file.Path, line, $"cannot be judged: {error.GetMessage(null)}");
        }

        foreach (var name in file.Root.DescendantNodes(descendIntoTrivia: false).OfType<NameSyntax>())
        {
            if (model.GetSymbolInfo(name).Symbol is { } symbol && banned.Find(symbol) is { } entry)
            {
                yield return file.At(name, $"{name} ({entry.Id}): {entry.Reason}");
            }
        }
    }
}
