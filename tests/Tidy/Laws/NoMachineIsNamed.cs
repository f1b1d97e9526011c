using System.Text.RegularExpressions;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed partial class NoMachineIsNamed : Law
{
    public override string Rule => "The tree names no folder of a machine that it was built on and no package source.";

    public override string Reason =>
        "A clone must build and read the same anywhere; where packages come from is each machine's own setting.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        tree.Files.SelectMany(file => file.LinesMatching(Folder(), path => $"names the folder {path.Trim()}")
            .Concat(file.LinesMatching(Source(), source => $"names the package source {source}"))
            .Concat(IsSourceSetting(file) ? [new Violation(file.Path, 0, "sets package sources")] : []));

    private static bool IsSourceSetting(SourceFile file) =>
        Path.GetFileName(file.Path).ToUpperInvariant() is "NUGET.CONFIG" or "PIP.CONF" or ".NPMRC" or ".PYPIRC";

    // The words are put together here, so that this file does not break its own law.
    [GeneratedRegex(@"(?<![\w.~$)}\]*-])(/(work|farm|workspace|builds|Users)/|/home/\w|/tmp/bash_" + "jobs" + @"|[A-Z]:\\Users\\)")]
    private static partial Regex Folder();

    [GeneratedRegex("https?://[^\\s\"'<>]*(/v3/index" + "\\.json|/simple/?$|/artifactory/|/repository/)|<(Additional)?Restore" + "Sources>"
        + "|--index-" + "url|--extra-index-" + "url", RegexOptions.IgnoreCase)]
    private static partial Regex Source();
}
