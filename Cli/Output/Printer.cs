using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Multipath.Cli.Options;

namespace Multipath.Cli.Output;

/// <summary>Writes answers in the form that was asked for.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Print(Shell shell, OutputFormat format, Listing listing)
    {
        switch (format)
        {
            case OutputFormat.Json:
                Json(shell, List(listing));
                break;
            case OutputFormat.Yaml when listing.Items.All(item => item.Document is not null):
                shell.Out.Write(string.Join("---\n", listing.Items.Select(item => item.Document!.TrimEnd('\n') + "\n")));
                break;
            case OutputFormat.Yaml:
                shell.Out.Write(YamlText.Write(List(listing)));
                break;
            case OutputFormat.Name:
                foreach (var item in listing.Items)
                {
                    shell.Out.WriteLine(SafeText.Line(item.Name));
                }

                break;
            default:
                Table(shell, listing, format == OutputFormat.Wide);
                break;
        }
    }

    public static void Json(Shell shell, JsonNode shape) => shell.Out.WriteLine(shape.ToJsonString(Indented));

    /// <summary>One object a line, for streams.</summary>
    public static void JsonLine(Shell shell, JsonNode shape) => shell.Out.WriteLine(shape.ToJsonString(OneLine));

    public static void Table(Shell shell, ImmutableArray<string> headers, IReadOnlyList<ImmutableArray<string>> rows)
    {
        var safe = rows.Select(row => row.Select(SafeText.Line).ToImmutableArray()).ToArray();
        if (shell.IsTerminal)
        {
            TerminalTable.Write(shell.Out, headers, safe);
        }
        else
        {
            PlainTable.Write(shell.Out, headers, safe);
        }
    }

    private static void Table(Shell shell, Listing listing, bool wide)
    {
        if (listing.Items.IsEmpty)
        {
            shell.Error.WriteLine($"no {listing.Noun}");
            return;
        }

        var shown = listing.Columns.Select((column, index) => (column, index)).Where(pair => wide || !pair.column.IsWide).ToArray();
        Table(
            shell,
            [.. shown.Select(pair => pair.column.Header)],
            [.. listing.Items.Select(item => shown.Select(pair => item.Cells[pair.index]).ToImmutableArray())]);
    }

    private static JsonObject List(Listing listing) => new()
    {
        ["apiVersion"] = "multipath/v1",
        ["kind"] = listing.Kind,
        ["items"] = new JsonArray([.. listing.Items.Select(item => item.Shape)]),
    };
}
