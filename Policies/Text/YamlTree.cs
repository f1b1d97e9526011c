using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Multipath.Policies.Text;

/// <summary>Reads one YAML document into nodes with positions, within bounds.</summary>
/// <remarks>Anchors, aliases and tags are refused: a policy needs none, and an alias is how a small text grows without end.</remarks>
internal sealed class YamlTree
{
    /// <summary>The largest text, in UTF-8 bytes; far above any policy that a person can review.</summary>
    internal const int MaxBytes = 64 * 1024;

    /// <summary>The deepest nesting; the policy language needs 7.</summary>
    internal const int MaxDepth = 16;

    /// <summary>Characters that are told of the parser's own reason: a line of a terminal or two.</summary>
    private const int MaxReason = 160;

    private readonly Parser _events;
    private readonly Diagnostics _errors;

    private YamlTree(string text, Diagnostics errors)
    {
        // A reader over a string in memory is what the YAML parser takes; no file is involved.
#pragma warning disable RS0030
        _events = new Parser(new StringReader(text));
#pragma warning restore RS0030
        _errors = errors;
    }

    /// <summary>The document's root, or null with at least one error told to <paramref name="errors"/>.</summary>
    internal static YamlNode? Read(string text, Diagnostics errors)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > MaxBytes)
        {
            errors.Add(1, 1, $"the text has {bytes} bytes; at most {MaxBytes} are accepted");
            return null;
        }

        var tree = new YamlTree(text, errors);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            errors.Add(At(e.Start.Line), At(e.Start.Column), $"this is not YAML: {FirstLine(e.Message)}");
            return null;
        }
        catch (Refusal)
        {
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // The YAML scanner runs into its own checks on some texts that are not YAML.
            tree.Refuse(tree._events.Current, "this is not YAML: the text behind this place cannot be read");
            return null;
        }
    }

    private YamlNode Document()
    {
        Next<StreamStart>();
        if (Next() is StreamEnd)
        {
            throw Refuse(_events.Current!, "the text is empty; expected a policy (apiVersion, kind, metadata, spec)");
        }

        Next();
        var root = Node(depth: 1);
        Next<DocumentEnd>();
        return Next() is StreamEnd ? root : throw Refuse(_events.Current!, "a second document starts here; expected one policy in a text");
    }

    private YamlNode Node(int depth)
    {
        var current = _events.Current!;
        if (depth > MaxDepth)
        {
            throw Refuse(current, $"nested deeper than {MaxDepth} levels");
        }

        if (current is AnchorAlias)
        {
            throw Refuse(current, "aliases (*name) are not accepted; write the value out");
        }

        if (current is not NodeEvent node)
        {
            throw Refuse(current, "this is not YAML: a value is missing here");
        }

        if (!node.Anchor.IsEmpty)
        {
            throw Refuse(current, "anchors (&name) are not accepted; write the value out");
        }

        if (!node.Tag.IsEmpty)
        {
            throw Refuse(current, "YAML tags (!name) are not accepted; put a text that starts with '!' in quotes");
        }

        return node switch
        {
            Scalar s => new YamlScalar(Line(s), Column(s), s.Value, s.Style == ScalarStyle.Plain),
            SequenceStart s => new YamlList(Line(s), Column(s), Items(depth)),
            _ => new YamlMap(Line(node), Column(node), Fields(depth)),
        };
    }

    private ImmutableArray<YamlNode> Items(int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (Next() is not SequenceEnd)
        {
            items.Add(Node(depth + 1));
        }

        return items.ToImmutable();
    }

    private ImmutableArray<YamlField> Fields(int depth)
    {
        var fields = ImmutableArray.CreateBuilder<YamlField>();
        var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        while (Next() is not MappingEnd)
        {
            var keyNode = Node(depth + 1);
            if (keyNode is not YamlScalar key)
            {
                _errors.Add(keyNode, $"a field's name is a plain word, not {keyNode.Kind}");
                throw new Refusal();
            }

            Next();
            var value = Node(depth + 1);
            if (seen.TryGetValue(key.Text, out var first))
            {
                _errors.Add(key, $"the field '{Excerpt.Of(key.Text)}' is given twice; the first is at {first.Line}:{first.Column}");
                continue;
            }

            seen.Add(key.Text, key);
            fields.Add(new YamlField(key, value));
        }

        return fields.ToImmutable();
    }

    private ParsingEvent Next()
    {
        do
        {
            if (!_events.MoveNext())
            {
                throw Refuse(_events.Current, "the text ends too early");
            }
        }
        while (_events.Current is Comment);
        return _events.Current!;
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is not T)
        {
            throw Refuse(_events.Current, "expected one document");
        }
    }

    private Refusal Refuse(ParsingEvent? at, string message)
    {
        _errors.Add(at is null ? 1 : Line(at), at is null ? 1 : Column(at), message);
        return new Refusal();
    }

    private static int Line(ParsingEvent e) => At(e.Start.Line);

    private static int Column(ParsingEvent e) => At(e.Start.Column);

    private static int At(long position) => (int)Math.Max(1, position);

    private static string FirstLine(string message) => Excerpt.Of(message.Split('\n')[0].Trim(), MaxReason);

    /// <summary>Ends the reading of a text from any depth; its error is told already.</summary>
    private sealed class Refusal : Exception;
}
