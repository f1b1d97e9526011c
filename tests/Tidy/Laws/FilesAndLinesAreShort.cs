using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class FilesAndLinesAreShort : Law
{
    private const int SourceLines = 300;
    private const int TestLines = 400;
    private const int LineLength = 140;

    private static readonly HashSet<string> Written = new(StringComparer.Ordinal)
    {
        ".cs", ".razor", ".css", ".js", ".proto", ".sh", ".sql",
    };

    public override string Rule => $"A source file has at most {SourceLines} lines, a test {TestLines}, a line {LineLength} characters.";

    public override string Reason =>
        "In nearly every codebase that is admired one file is huge: the connection or the coordinator. A limit "
        + "cuts it into collaborators early.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        tree.Files.Where(file => Written.Contains(Path.GetExtension(file.Path)) || file.Path == ".ci/run").SelectMany(Check);

    private static IEnumerable<Violation> Check(SourceFile file)
    {
        var lines = file.Lines;
        var limit = file.IsUnder("tests") ? TestLines : SourceLines;
        if (lines.Length > limit)
        {
            yield return new Violation(file.Path, 0, $"{lines.Length} lines, at most {limit}");
        }

        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].Length > LineLength)
            {
                yield return file.AtLine(index + 1, $"{lines[index].Length} characters, at most {LineLength}");
            }
        }
    }
}
