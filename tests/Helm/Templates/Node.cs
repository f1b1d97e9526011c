namespace Multipath.Helm.Tests.Templates;

/// <summary>A part of a template.</summary>
internal abstract record Node
{
    internal sealed record Text(string Value) : Node;

    internal sealed record Output(Term Value) : Node;

    internal sealed record Declare(string Variable, Term Value) : Node;

    internal sealed record If(Term Condition, Node[] Then, Node[] Otherwise) : Node;

    internal sealed record With(Term Value, Node[] Then, Node[] Otherwise) : Node;

    /// <summary>Names are null where the loop declares none.</summary>
    internal sealed record Range(string? Key, string? Item, Term Over, Node[] Body) : Node;
}

/// <summary>A part of an expression. A pipeline is a call whose last argument is what stood before the bar.</summary>
internal abstract record Term
{
    internal sealed record Literal(object? Value) : Term;

    /// <summary><c>$</c> has an empty name; the dot has none.</summary>
    internal sealed record Variable(string? Name) : Term;

    internal sealed record Field(Term Of, string Name) : Term;

    internal sealed record Call(string Function, Term[] Arguments) : Term;
}

/// <summary>A template that cannot be read or rendered.</summary>
internal sealed class TemplateException(string message) : Exception(message);
