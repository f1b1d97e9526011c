namespace Multipath.Policies.Select;

/// <summary>The syntax of label keys and values, as in Kubernetes ("Labels and Selectors", syntax and character set).</summary>
internal static class LabelSyntax
{
    private const int MaxName = 63;
    private const int MaxPrefix = 253;

    /// <summary>An optional DNS subdomain and a slash, then a name.</summary>
    internal static bool IsKey(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? IsName(text) : IsSubdomain(text[..slash]) && IsName(text[(slash + 1)..]);
    }

    /// <summary>Empty, or a name.</summary>
    internal static bool IsValue(string text) => text.Length == 0 || IsName(text);

    /// <summary>Up to 63 letters, digits, '-', '_' and '.', the first and last a letter or digit.</summary>
    internal static bool IsName(string text) =>
        text.Length is > 0 and <= MaxName
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsSubdomain(string text) =>
        text.Length is > 0 and <= MaxPrefix
        && text.Split('.').All(part => IsName(part) && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
}
