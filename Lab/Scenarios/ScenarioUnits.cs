using System.Globalization;

namespace Multipath.Lab.Scenarios;

/// <summary>Numbers with units as in scenarios: <c>20mbit</c>, <c>1.5s</c>, <c>64kB</c>, <c>1%</c>. Bare ones are refused.</summary>
internal static class ScenarioUnits
{
    private static readonly (string Unit, double Factor)[] Rates = [("gbit", 1e9), ("mbit", 1e6), ("kbit", 1e3), ("bit", 1)];
    private static readonly (string Unit, double Factor)[] Times = [("ms", 1e-3), ("us", 1e-6), ("m", 60), ("s", 1)];
    private static readonly (string Unit, double Factor)[] Sizes = [("MB", 1e6), ("kB", 1e3), ("B", 1)];
    private static readonly (string Unit, double Factor)[] Shares = [("%", 1e-2)];

    /// <summary>Largest rate: what one thread of the emulator could carry at all.</summary>
    private const double MostBitsPerSecond = 1e9;

    /// <summary>Longest time in a scenario.</summary>
    private const double MostSeconds = 3600;

    /// <summary>Largest queue.</summary>
    private const double MostBytes = 64e6;

    internal static bool TryRate(string text, out long bitsPerSecond)
    {
        var good = TryRead(text, Rates, MostBitsPerSecond, out var value) && value >= 1;
        bitsPerSecond = (long)value;
        return good;
    }

    internal static bool TryTime(string text, out TimeSpan time)
    {
        var good = TryRead(text, Times, MostSeconds, out var seconds);
        time = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return good;
    }

    internal static bool TrySize(string text, out int bytes)
    {
        var good = TryRead(text, Sizes, MostBytes, out var value);
        bytes = (int)value;
        return good;
    }

    internal static bool TryShare(string text, out double share) => TryRead(text, Shares, 1, out share);

    private static bool TryRead(string text, (string Unit, double Factor)[] units, double most, out double value)
    {
        value = 0;
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                const NumberStyles plain = NumberStyles.AllowDecimalPoint;
                var digits = text.AsSpan(0, text.Length - unit.Length);
                var isNumber = double.TryParse(digits, plain, CultureInfo.InvariantCulture, out var number);
                value = isNumber && number * factor <= most ? number * factor : 0;
                return isNumber && number * factor <= most;
            }
        }

        return false;
    }
}
