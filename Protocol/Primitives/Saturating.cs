namespace Multipath.Protocol.Primitives;

/// <summary>Arithmetic of 64 bits that stops at its ends.</summary>
internal static class Saturating
{
    /// <summary>The sum, or the end that it would pass.</summary>
    public static long Add(long a, long b)
    {
        var sum = unchecked(a + b);

        // The sum left the range if both terms have the sign that it lacks.
        return ((a ^ sum) & (b ^ sum)) < 0 ? End(a) : sum;
    }

    /// <summary>The difference, or the end that it would pass.</summary>
    public static long Subtract(long a, long b)
    {
        var difference = unchecked(a - b);
        return ((a ^ b) & (a ^ difference)) < 0 ? End(a) : difference;
    }

    private static long End(long sign) => sign < 0 ? long.MinValue : long.MaxValue;
}
