using System.Globalization;
using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Select;

namespace Multipath.Policies.Text;

/// <summary>Reads a value out of its text.</summary>
internal delegate bool ScalarParser<T>(string text, out T value);

/// <summary>A kind of single value: how it is read, and what to tell a person who wrote another.</summary>
/// <param name="Expected">For example <c>a duration such as 300ms</c>.</param>
/// <param name="TryParse">Reads it.</param>
/// <param name="Words">All words that are accepted, when there are only few.</param>
internal sealed record ScalarKind<T>(string Expected, ScalarParser<T> TryParse, string[]? Words = null);

/// <summary>The kinds of single values of the policy language.</summary>
internal static class Scalars
{
    /// <summary>The longest name of a class, a scheduler or a test.</summary>
    private const int MaxName = 63;

    private const int MaxTitle = 200;

    internal static readonly ScalarKind<string> Name =
        new("a name of letters, digits, '-', '_' and '.', up to 63, that starts and ends with a letter or digit", TryName);

    internal static readonly ScalarKind<string> Title = new("a text of 1 to 200 characters", TryTitle);

    internal static readonly ScalarKind<string> Pattern = new("an interface name with '*' and '?' as wildcards, such as wl*", TryPattern);

    internal static readonly ScalarKind<string> Currency = new("an ISO 4217 code such as EUR", TryCurrency);

    internal static readonly ScalarKind<TimeSpan> Duration = new("a duration such as 300ms, 10s, 5m or 1h, up to 24h", Units.TryDuration);

    internal static readonly ScalarKind<double> Percent = new("a percentage from 0 to 100, such as 20 or 20%", Units.TryPercent);

    internal static readonly ScalarKind<double> Milliseconds = new("milliseconds above 0, such as 80", TryMilliseconds);

    internal static readonly ScalarKind<decimal> Money = new("an amount of money, 0 or more, such as 3.50", TryMoney);

    internal static readonly ScalarKind<PortRange> Ports = new("a port or a range of ports, such as 873 or 5060-5061", Units.TryPorts);

    internal static readonly ScalarKind<IPNetwork> Network =
        new("a network such as 10.0.0.0/8 or 2001:db8::/32 with no bit set behind the prefix, or an address", Units.TryNetwork);

    internal static readonly ScalarKind<bool> Flag = OneOf(("true", true), ("false", false));

    /// <summary>An integer from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal static ScalarKind<int> Integer(int least, int most) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}"),
            (string text, out int value) =>
            {
                var negative = text.StartsWith('-');
                var ok = Units.TryInteger(negative ? text[1..] : text, out value);
                value = negative ? -value : value;
                return ok && value >= least && value <= most;
            });

    /// <summary>One word of a few.</summary>
    internal static ScalarKind<T> OneOf<T>(params (string Word, T Value)[] words) =>
        new(
            "one of " + string.Join(", ", words.Select(w => w.Word)),
            (string text, out T value) =>
            {
                var found = Array.FindIndex(words, w => w.Word == text);
                value = found < 0 ? default! : words[found].Value;
                return found >= 0;
            },
            [.. words.Select(w => w.Word)]);

    private static bool TryName(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxName && LabelSyntax.IsName(text);
    }

    private static bool TryTitle(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxTitle && !text.Any(char.IsControl);
    }

    private static bool TryPattern(string text, out string value)
    {
        // IFNAMSIZ of linux/if.h is 16 with the closing zero; a pattern may be longer than a name only by its wildcards.
        value = text;
        return text.Length is > 0 and <= 32 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/');
    }

    private static bool TryCurrency(string text, out string value)
    {
        value = text;
        return text.Length == 3 && text.All(char.IsAsciiLetterUpper);
    }

    private static bool TryMilliseconds(string text, out double value) =>
        Units.TryNumber(text, out value) && value is > 0 and <= 3_600_000;

    private static bool TryMoney(string text, out decimal value)
    {
        value = 0;
        return Units.TryNumber(text, out _)
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && value <= 1_000_000;
    }
}
