using Microsoft.CodeAnalysis;

namespace Multipath.Tidy.Tests.Support;

/// <summary>A list in the banned-API analyser's format: a documentation id (N, T, P or M), a semicolon, the reason.</summary>
internal sealed class BannedSymbols(IReadOnlyDictionary<string, string> reasons)
{
    public IReadOnlyDictionary<string, string> Reasons { get; } = reasons;

    public static BannedSymbols Parse(string text) => new(
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(';', 2))
            .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "", StringComparer.Ordinal));

    /// <summary>The entry that bans the symbol, a type or a namespace around it; null when none does.</summary>
    public (string Id, string Reason)? Find(ISymbol symbol)
    {
        for (var around = Meant(symbol); around is not null; around = around.ContainingSymbol)
        {
            if (Entry(around) is { } entry)
            {
                return entry;
            }
        }

        return null;
    }

    // An alias or an array is banned as what it stands for; a local is judged by its type's name.
    private static ISymbol? Meant(ISymbol symbol) => symbol switch
    {
        IAliasSymbol alias => Meant(alias.Target),
        IArrayTypeSymbol array => Meant(array.ElementType),
        _ => symbol.OriginalDefinition,
    };

    private (string Id, string Reason)? Entry(ISymbol symbol) =>
        symbol.GetDocumentationCommentId() is { } id && Reasons.TryGetValue(Bare(id), out var reason) ? (id, reason) : null;

    // Overloads of a banned method are banned together.
    private static string Bare(string id) => id.Split('(')[0];
}
