using System.Globalization;
using System.Text.Json;

namespace Multipath.Lab.Compare;

/// <summary>Prints a case as soon as it is measured: medians, the runs behind them, the ratio to the baseline and the goal.</summary>
internal sealed class CompareTable(TextWriter output, bool json)
{
    /// <summary>False once a transfer was not intact.</summary>
    public bool AllIntact { get; private set; } = true;

    /// <summary>Prints one case.</summary>
    public void Show(CaseResult result)
    {
        AllIntact &= result.Intact;
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
        }
        else
        {
            Write(result);
        }

        output.Flush();
    }

    private void Write(CaseResult result)
    {
        var baseline = result.Contestants[0].Median;
        output.WriteLine($"{result.Name}{(result.Intact ? "" : "  CONTENT DAMAGED")}");
        foreach (var contestant in result.Contestants)
        {
            var ours = contestant.Name.StartsWith("ours", StringComparison.Ordinal);
            var verdict = ours ? $"{result.Goal.Verdict(contestant.Median, baseline),-7}" : "";
            var ratio = result.Contestants.Count > 1 ? $"x{Number(contestant.Median / baseline, "0.00")}" : "";
            var runs = string.Join(' ', contestant.Samples.Select(one => Number(one, "0.#")));
            output.WriteLine(
                $"  {contestant.Name,-24} {Number(contestant.Median, "0.0"),8} {result.Unit,-6} {ratio,-6} {verdict,-7} {runs}");
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
