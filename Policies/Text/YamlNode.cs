using System.Collections.Immutable;

namespace Multipath.Policies.Text;

/// <summary>A node of a YAML document with the place where it starts, both from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, for an error.</summary>
    internal abstract string Kind { get; }
}

/// <summary>A single value; <paramref name="Plain"/> when it stands without quotes.</summary>
internal sealed record YamlScalar(int Line, int Column, string Text, bool Plain) : YamlNode(Line, Column)
{
    /// <summary>True for a field that is written without a value.</summary>
    internal bool IsNothing => Plain && Text is "" or "~" or "null";

    internal override string Kind => IsNothing ? "nothing" : $"'{Excerpt.Of(Text)}'";
}

internal sealed record YamlList(int Line, int Column, ImmutableArray<YamlNode> Items) : YamlNode(Line, Column)
{
    internal override string Kind => "a list";
}

internal sealed record YamlMap(int Line, int Column, ImmutableArray<YamlField> Fields) : YamlNode(Line, Column)
{
    internal override string Kind => "a map";
}

internal sealed record YamlField(YamlScalar Key, YamlNode Value);

/// <summary>Shows what somebody wrote, short and on one line.</summary>
internal static class Excerpt
{
    private const int MaxLength = 40;

    internal static string Of(string text, int maxLength = MaxLength)
    {
        var shown = text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength), "...");
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
