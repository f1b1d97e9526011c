using System.Text;
using Multipath.Policies.Model;

namespace Multipath.Agent.Mapping;

/// <summary>
/// Free text on its way out: whatever a program, the kernel or a peer wrote into it, it is well formed, has no control characters but line
/// breaks and tabs, and is no longer than the silo takes. Pure.
/// </summary>
internal static class WireText
{
    private const char Cut = '…';

    /// <summary>The text, cleaned and cut where that is needed.</summary>
    public static string Clean(string text)
    {
        if (text.Length <= ReportLimits.Text && !text.Any(c => IsControl(c) || char.IsSurrogate(c)))
        {
            return text;
        }

        var clean = new StringBuilder(Math.Min(text.Length, ReportLimits.Text));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > ReportLimits.Text - 1)
            {
                return clean.Append(Cut).ToString();
            }

            clean.Append(rune.IsBmp && IsControl((char)rune.Value) ? " " : rune.ToString());
        }

        return clean.ToString();
    }

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
