namespace Multipath.Helm.Tests.Templates;

/// <summary>Reads a template file: what it prints by itself, and the templates that it defines.</summary>
internal sealed class Parser
{
    private readonly List<Scanner.Piece> _pieces;
    private readonly Dictionary<string, Node[]> _defined;
    private int _at;

    private Parser(string text, Dictionary<string, Node[]> defined) => (_pieces, _defined) = (Scanner.Scan(text), defined);

    /// <param name="text">The file.</param>
    /// <param name="defined">Takes the templates that it defines.</param>
    internal static Node[] Parse(string text, Dictionary<string, Node[]> defined)
    {
        var parser = new Parser(text, defined);
        var (nodes, end) = parser.Block();
        return end is null ? nodes : throw new TemplateException($"'{end}' without a beginning");
    }

    private (Node[] Nodes, string? End) Block()
    {
        var nodes = new List<Node>();
        while (_at < _pieces.Count)
        {
            var piece = _pieces[_at++];
            if (!piece.IsAction)
            {
                nodes.Add(new Node.Text(piece.Text));
                continue;
            }

            var (word, rest) = Split(piece.Text);
            if (word is "end" or "else")
            {
                return ([.. nodes], piece.Text);
            }

            if (Action(word, rest, piece.Text) is { } node)
            {
                nodes.Add(node);
            }
        }

        return ([.. nodes], null);
    }

    private Node? Action(string word, string rest, string whole)
    {
        switch (word)
        {
            case "define":
                _defined[rest.Trim('"')] = Ended();
                return null;
            case "if":
                var (then, otherwise) = Branches();
                return new Node.If(Expression.Parse(rest), then, otherwise);
            case "with":
                var (present, absent) = Branches();
                return new Node.With(Expression.Parse(rest), present, absent);
            case "range":
                var (names, over) = Declared(rest);
                return new Node.Range(names.Length > 1 ? names[0] : null, names.LastOrDefault(), Expression.Parse(over), Ended());
            default:
                var (variable, value) = Declared(whole);
                return variable is [var name]
                    ? new Node.Declare(name, Expression.Parse(value))
                    : new Node.Output(Expression.Parse(whole));
        }
    }

    private (Node[] Then, Node[] Otherwise) Branches()
    {
        var (then, end) = Block();
        return end switch
        {
            "end" => (then, []),
            "else" => (then, Ended()),
            null => throw new TemplateException("a block does not end"),
            _ => throw new TemplateException($"'{end}' is not in the subset that this chart uses"),
        };
    }

    private Node[] Ended()
    {
        var (nodes, end) = Block();
        return end == "end" ? nodes : throw new TemplateException("a block does not end");
    }

    private static (string[] Names, string Value) Declared(string text) =>
        text.Split(":=", 2) is [var names, var rest] && names.TrimStart().StartsWith('$')
            ? ([.. names.Split(',').Select(name => name.Trim()[1..])], rest)
            : ([], text);

    private static (string Word, string Tail) Split(string action)
    {
        var at = action.IndexOf(' ', StringComparison.Ordinal);
        return at < 0 ? (action, "") : (action[..at], action[(at + 1)..].Trim());
    }
}
