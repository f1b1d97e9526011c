using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests;

/// <summary>The list that the build's banned-API analyser reads: each line means something, and the analyser bites on it.</summary>
public sealed class BannedSymbolsTests
{
    private static readonly SourceFile List = Tree.Repository.Find(PureCodeIsPure.ListPath)!;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
    ];

    [Fact]
    public void Every_line_names_something_that_exists()
    {
        var compilation = Compile("");
        var unknown = BannedSymbols.Parse(List.Text).Reasons.Keys
            .Where(id => DocumentationCommentId.GetSymbolsForDeclarationId(id, compilation).IsEmpty);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_line_has_a_reason() => Assert.DoesNotContain("", BannedSymbols.Parse(List.Text).Reasons.Values);

    [Theory]
    [InlineData("class A { object B() => System.IO.File.ReadAllText(\"x\"); }")]
    [InlineData("class A { object B() => new System.Net.Sockets.UdpClient(); }")]
    [InlineData("class A { void B() => System.Threading.Thread.Sleep(1); }")]
    [InlineData("class A { object B() => System.Threading.Tasks.Task.CompletedTask; }")]
    [InlineData("class A { object B() => System.Diagnostics.Stopwatch.StartNew(); }")]
    [InlineData("class A { object B() => System.DateTime.UtcNow; }")]
    [InlineData("class A { object B() => System.DateTimeOffset.Now; }")]
    [InlineData("class A { object B() => System.TimeProvider.System; }")]
    [InlineData("class A { object B() => System.Random.Shared; }")]
    [InlineData("class A { object B() => System.Guid.NewGuid(); }")]
    [InlineData("class A { object B() => System.Environment.MachineName; }")]
    [InlineData("class A { void B() => System.Console.WriteLine(); }")]
    public async Task The_analyser_bites(string text)
    {
        var options = new AnalyzerOptions([new ListText(List.Text)]);
        var diagnostics = await Compile(text).WithAnalyzers(Analysers(), options)
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        Assert.Contains("RS0030", diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Theory]
    [InlineData("Protocol/Protocol.csproj")]
    [InlineData("Policies/Policies.csproj")]
    public void The_pure_projects_hand_it_the_list(string path)
    {
        var project = Tree.Repository.Find(path)!.Xml;
        Assert.Contains(project.Descendants("AdditionalFiles"), item =>
            (string?)item.Attribute("Include") == $"../{PureCodeIsPure.ListPath}"
            && (string?)item.Attribute("Link") == "BannedSymbols.txt");
        Assert.Contains(project.Descendants("PackageReference"), item =>
            (string?)item.Attribute("Include") == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
    }

    private static CSharpCompilation Compile(string text) => CSharpCompilation.Create(
        "Snippet", [CSharpSyntaxTree.ParseText(text)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    // By name: the package's code fixes need an editor's assemblies and cannot be loaded here.
    private static ImmutableArray<DiagnosticAnalyzer> Analysers()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "BannedApi");
        Assembly.LoadFrom(Path.Combine(folder, "Microsoft.CodeAnalysis.BannedApiAnalyzers.dll"));
        var type = Assembly.LoadFrom(Path.Combine(folder, "Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.dll"))
            .GetType("Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.CSharpSymbolIsBannedAnalyzer", throwOnError: true)!;
        return [(DiagnosticAnalyzer)Activator.CreateInstance(type)!];
    }

    private sealed class ListText(string text) : AdditionalText
    {
        public override string Path => "BannedSymbols.txt";

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
