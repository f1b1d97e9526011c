namespace Multipath.Tidy.Tests.Support;

/// <summary>Where a law is broken.</summary>
internal sealed record Violation(string Path, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{Path}:{Line}: {Message}" : $"{Path}: {Message}";
}

/// <summary>A law of the tree. It stands for a reason, which its failure names.</summary>
internal abstract class Law
{
    /// <summary>What must hold.</summary>
    public abstract string Rule { get; }

    /// <summary>Why.</summary>
    public abstract string Reason { get; }

    public abstract IEnumerable<Violation> Check(Tree tree);

    /// <summary>For a person: the law, its reason and each place that breaks it.</summary>
    public string Explain(IEnumerable<Violation> violations) =>
        $"{Rule}\nReason: {Reason}\n{string.Join('\n', violations.Select(violation => "  " + violation))}";

    public override string ToString() => GetType().Name;
}
