namespace Multipath.Helm.Tests.Templates;

/// <summary>Cuts a template into texts and actions, and trims where an action says so.</summary>
internal static class Scanner
{
    internal readonly record struct Piece(bool IsAction, string Text);

    internal static List<Piece> Scan(string template)
    {
        var pieces = new List<Piece>();
        var at = 0;
        var trimNext = false;
        while (true)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            var text = open < 0 ? template[at..] : template[at..open];
            text = trimNext ? text.TrimStart() : text;
            if (open < 0)
            {
                Add(pieces, text);
                return pieces;
            }

            var close = EndOf(template, open + 2);
            var inner = template[(open + 2)..close];
            var trimsBefore = inner.StartsWith("- ", StringComparison.Ordinal);
            trimNext = inner.EndsWith(" -", StringComparison.Ordinal);
            Add(pieces, trimsBefore ? text.TrimEnd() : text);
            inner = inner[(trimsBefore ? 2 : 0)..(trimNext ? ^2 : ^0)].Trim();
            if (!inner.StartsWith("/*", StringComparison.Ordinal))
            {
                pieces.Add(new Piece(true, inner));
            }

            at = close + 2;
        }
    }

    private static void Add(List<Piece> pieces, string text)
    {
        if (text.Length > 0)
        {
            pieces.Add(new Piece(false, text));
        }
    }

    // Braces inside of a quoted text end nothing.
    private static int EndOf(string template, int from)
    {
        var quoted = false;
        for (var at = from; at + 1 < template.Length; at++)
        {
            quoted ^= template[at] == '"' && template[at - 1] != '\\';
            if (!quoted && template[at] == '}' && template[at + 1] == '}')
            {
                return at;
            }
        }

        throw new TemplateException("an action does not end");
    }
}
