using System.Globalization;
using System.Text;

namespace Multipath.Cli.Output;

/// <summary>Text that others chose, harmless for a terminal: a control character neither moves the cursor nor forges a line.</summary>
internal static class SafeText
{
    /// <summary>In one line; control characters are written as <c>\u001b</c>.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary>Line ends stay.</summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        if (!text.Any(IsHarmful))
        {
            return text;
        }

        var safe = new StringBuilder();
        foreach (var c in text)
        {
            if (IsHarmful(c) && !(keepLines && c is ('\n' or '\t')))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                safe.Append(c);
            }
        }

        return safe.ToString();
    }

    // Format characters turn the direction of writing around.
    private static bool IsHarmful(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format;
}
