namespace Multipath.Policies.Rank;

/// <summary>Matches names against patterns in which <c>*</c> stands for any characters and <c>?</c> for one.</summary>
internal static class Wildcard
{
    /// <summary>Whether the whole of <paramref name="text"/> matches; time is at most the product of the lengths.</summary>
    internal static bool Matches(string pattern, string text)
    {
        var (p, t) = (0, 0);
        var (star, resume) = (-1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, resume) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).Trim('*').IsEmpty;
    }
}
