using System.Text;

namespace Multipath.Agent.Verbs;

/// <summary>
/// Text in aligned columns, two spaces apart. Control characters, which a hostile name may hold, come out as question marks.
/// </summary>
internal sealed class Table(params string[] headers)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [headers];

    internal void Add(params string[] cells) => _rows.Add([.. cells.Select(Clean)]);

    internal void Print(TextWriter output)
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                line.Append(row[column].PadRight(widths[column])).Append(Gap);
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }

    /// <summary>Safe for a terminal.</summary>
    internal static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
