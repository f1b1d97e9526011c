namespace Multipath.Cli.Output;

/// <summary>Differences of two texts by lines, in the unified form that diff and patch use.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    /// <summary>The differences; empty when the lines are the same.</summary>
    public static string Unified(string oldName, string oldText, string newName, string newText)
    {
        var (before, after) = (Lines(oldText), Lines(newText));
        var edits = Edits(before, after);
        var output = new List<string>();
        for (var start = 0; (start = edits.FindIndex(start, edit => edit.Sign != ' ')) >= 0;)
        {
            var end = EndOfHunk(edits, start);
            var first = Math.Max(0, start - Context);
            output.Add($"@@ -{Range(edits, first, end, '+')} +{Range(edits, first, end, '-')} @@");
            output.AddRange(edits[first..end].Select(edit => $"{edit.Sign}{edit.Line}"));
            start = end;
        }

        return output.Count == 0 ? "" : string.Join('\n', output.Prepend($"+++ {newName}").Prepend($"--- {oldName}")) + "\n";
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    // A hunk goes on until twice the context follows without a change.
    private static int EndOfHunk(List<(char Sign, string Line)> edits, int start)
    {
        var last = start;
        for (var at = start; at < edits.Count && at - last <= 2 * Context; at++)
        {
            last = edits[at].Sign == ' ' ? last : at;
        }

        return Math.Min(edits.Count, last + Context + 1);
    }

    private static string Range(List<(char Sign, string Line)> edits, int first, int end, char others)
    {
        var skipped = edits.Take(first).Count(edit => edit.Sign != others);
        var count = edits[first..end].Count(edit => edit.Sign != others);
        return $"{(count == 0 ? skipped : skipped + 1)},{count}";
    }

    /// <summary>The shortest way from one to the other, by the longest common subsequence.</summary>
    /// <remarks>Quadratic: policies are a few hundred lines at most.</remarks>
    private static List<(char Sign, string Line)> Edits(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var edits = new List<(char, string)>();
        for (int i = 0, j = 0; i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                edits.Add((' ', before[i++]));
                j++;
            }
            else if (i < before.Length && (j == after.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                edits.Add(('-', before[i++]));
            }
            else
            {
                edits.Add(('+', after[j++]));
            }
        }

        return edits;
    }
}
