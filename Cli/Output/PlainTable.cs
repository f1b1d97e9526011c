using System.Collections.Immutable;

namespace Multipath.Cli.Output;

/// <summary>Columns aligned by blanks, for pipes and files: no lines, no colours, no width limit.</summary>
internal static class PlainTable
{
    private const string Gap = "   ";

    public static void Write(TextWriter output, ImmutableArray<string> headers, IReadOnlyList<ImmutableArray<string>> rows)
    {
        var widths = headers.Select((header, index) => rows.Select(row => row[index].Length).Append(header.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(headers))
        {
            output.WriteLine(string.Join(Gap, row.Select((cell, index) => cell.PadRight(widths[index]))).TrimEnd());
        }
    }
}
