using System.Globalization;

namespace Multipath.Cli.Options;

/// <summary>Durations as people write them.</summary>
internal static class Duration
{
    private static readonly (string Unit, TimeSpan One)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)),
    ];

    // Beyond a day a deadline says nothing, and products stay far from overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Reads a number with a unit: ms, s, m or h. Null unless it is above 0 and at most a day.</summary>
    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, one) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count > 0 && count <= Longest / one)
            {
                return one * count;
            }
        }

        return null;
    }

    /// <summary>The shortest way to write it: <c>1.5s</c>, <c>2m</c>.</summary>
    public static string Write(TimeSpan duration)
    {
        var (unit, one) = Units.Last(candidate => candidate.One <= duration || candidate.Unit == "ms");
        return string.Create(CultureInfo.InvariantCulture, $"{duration / one:0.###}{unit}");
    }

    /// <summary>How long ago, roughly, in one unit: <c>12s</c>, <c>3m</c>, <c>5h</c>, <c>40d</c>; <c>now</c> under a second.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        _ when age < TimeSpan.FromSeconds(1) => "now",
        _ when age < TimeSpan.FromMinutes(2) => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds}s"),
        _ when age < TimeSpan.FromHours(2) => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
        _ when age < TimeSpan.FromDays(2) => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
    };
}
