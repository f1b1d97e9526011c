using System.Collections.Immutable;
using Spectre.Console;

namespace Multipath.Cli.Output;

/// <summary>A table for a person at a terminal: fitted to its width, trouble in colour.</summary>
internal static class TerminalTable
{
    public static void Write(TextWriter output, ImmutableArray<string> headers, IReadOnlyList<ImmutableArray<string>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell, StyleOf(cell))));
        }

        console.Write(table);
    }

    private static Style StyleOf(string cell) => cell switch
    {
        "settled" or "up" or "active" => new Style(Color.Green),
        "updating" or "backup" => new Style(Color.Yellow),
        "refused" or "away" or "silent" or "link down" or "avoid" => new Style(Color.Red),
        "unmanaged" or "-" => new Style(Color.Grey),
        _ => Style.Plain,
    };
}
