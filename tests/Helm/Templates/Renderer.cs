using System.Collections.Immutable;
using System.Text;

namespace Multipath.Helm.Tests.Templates;

/// <summary>
/// Renders the subset of Go's template language that this chart uses, for machines without helm. It is stricter: a field that does not
/// exist is an error, so that a value must be in values.yaml before a template can name it.
/// </summary>
/// <param name="defined">The templates that <c>include</c> finds.</param>
internal sealed class Renderer(IReadOnlyDictionary<string, Node[]> defined)
{
    private sealed record Scope(object? Dot, ImmutableDictionary<string, object?> Variables);

    internal string Render(Node[] nodes, object? root)
    {
        var output = new StringBuilder();
        Run(nodes, new Scope(root, ImmutableDictionary<string, object?>.Empty.Add("", root)), output);
        return output.ToString();
    }

    private void Run(Node[] nodes, Scope scope, StringBuilder output)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case Node.Text text:
                    output.Append(text.Value);
                    break;
                case Node.Output print:
                    output.Append(Functions.Print(Value(print.Value, scope)));
                    break;
                case Node.Declare declare:
                    scope = scope with { Variables = scope.Variables.SetItem(declare.Variable, Value(declare.Value, scope)) };
                    break;
                case Node.If choice:
                    Run(Functions.IsTrue(Value(choice.Condition, scope)) ? choice.Then : choice.Otherwise, scope, output);
                    break;
                case Node.With with:
                    var value = Value(with.Value, scope);
                    var present = Functions.IsTrue(value);
                    Run(present ? with.Then : with.Otherwise, present ? scope with { Dot = value } : scope, output);
                    break;
                case Node.Range range:
                    Loop(range, scope, output);
                    break;
            }
        }
    }

    private void Loop(Node.Range range, Scope scope, StringBuilder output)
    {
        IEnumerable<(object? Key, object? Item)> items = Value(range.Over, scope) switch
        {
            null => [],
            IReadOnlyDictionary<string, object?> map => map.Select(pair => ((object?)pair.Key, pair.Value)),
            IReadOnlyList<object?> list => list.Select((item, index) => ((object?)(long)index, item)),
            _ => throw new TemplateException("only lists and maps are ranged over"),
        };
        foreach (var (key, item) in items)
        {
            var variables = scope.Variables;
            variables = range.Key is { } keyName ? variables.SetItem(keyName, key) : variables;
            variables = range.Item is { } itemName ? variables.SetItem(itemName, item) : variables;
            Run(range.Body, new Scope(item, variables), output);
        }
    }

    private object? Value(Term term, Scope scope) => term switch
    {
        Term.Literal literal => literal.Value,
        Term.Variable { Name: null } => scope.Dot,
        Term.Variable variable => scope.Variables.TryGetValue(variable.Name, out var value)
            ? value
            : throw new TemplateException($"there is no ${variable.Name}"),
        Term.Field field => FieldOf(Value(field.Of, scope), field.Name),
        Term.Call { Function: "include", Arguments: [var name, var argument] } => Include(Value(name, scope), Value(argument, scope)),
        Term.Call call => Functions.Call(call.Function, [.. call.Arguments.Select(argument => Value(argument, scope))]),
        _ => throw new TemplateException($"{term} has no value"),
    };

    private string Include(object? name, object? argument) => name is string known && defined.TryGetValue(known, out var nodes)
        ? Render(nodes, argument)
        : throw new TemplateException($"there is no template '{name}'");

    private static object? FieldOf(object? of, string name) =>
        of is IReadOnlyDictionary<string, object?> map && map.TryGetValue(name, out var value)
            ? value
            : throw new TemplateException($"there is no field '{name}'");
}
