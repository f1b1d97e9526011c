using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class HostingIsChosenInOnePlace : Law
{
    private static readonly string[] Central = ["Directory.Build.props", "Directory.Build.targets"];
    private static readonly string[] Providers = ["Standalone.Orleans", "Standalone.Grpc"];

    public override string Rule =>
        "Directory.Build.targets alone chooses who provides Orleans and gRPC: no project names Hosting or a provider, "
        + "no source has an #if.";

    public override string Reason =>
        "One code base stands on two builds only while one switch tells them apart; an #if is code that one of "
        + "the two builds never compiles.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        tree.CSharp.SelectMany(Conditionals).Concat(tree.Files.Where(IsBuildFile).SelectMany(Choices));

    private static IEnumerable<Violation> Conditionals(SourceFile file) =>
        from trivia in file.Root.DescendantTrivia()
        where trivia.IsKind(SyntaxKind.IfDirectiveTrivia)
        select file.At(trivia, $"#if {((IfDirectiveTriviaSyntax)trivia.GetStructure()!).Condition}");

    private static bool IsBuildFile(SourceFile file) =>
        Path.GetExtension(file.Path) is ".csproj" or ".props" or ".targets" && !Central.Contains(file.Path);

    private static IEnumerable<Violation> Choices(SourceFile file)
    {
        if (file.Text.Contains("$(Hosting)", StringComparison.Ordinal))
        {
            yield return new Violation(file.Path, 0, "asks for $(Hosting); say <Needs Include=\"…\" /> instead");
        }

        foreach (var include in file.Xml.Descendants("ProjectReference").Select(element => (string?)element.Attribute("Include") ?? ""))
        {
            if (Providers.Contains(Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))))
            {
                yield return new Violation(file.Path, 0, $"references {include}; say <Needs Include=\"…\" /> instead");
            }
        }

        foreach (var package in file.Xml.Descendants("PackageReference").Select(element => (string?)element.Attribute("Include") ?? ""))
        {
            if (IsProvider(package))
            {
                yield return new Violation(file.Path, 0, $"takes package {package}; say <Needs Include=\"…\" /> instead");
            }
        }
    }

    // Grpc.Tools generates; it provides nothing at run time.
    private static bool IsProvider(string package) =>
        package.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal)
        || (package.StartsWith("Grpc.", StringComparison.Ordinal) && package != "Grpc.Tools");
}
