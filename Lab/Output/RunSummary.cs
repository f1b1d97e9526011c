namespace Multipath.Lab.Output;

/// <summary>How a run ended.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="DataPlane"><c>kernel</c> or <c>simulated</c>.</param>
/// <param name="HashRight">Every byte arrived, in order and unchanged.</param>
/// <param name="Bytes">Bytes received.</param>
/// <param name="MbitPerSecond">Mean goodput over the whole run.</param>
/// <param name="LongestGapMs">The longest time between two receives, ms.</param>
/// <param name="Reports">Reports that the silo took.</param>
/// <param name="Plans">Plans that it pushed.</param>
/// <param name="Actions">Actions that the agents carried out.</param>
/// <param name="Refused">Actions that the data plane refused.</param>
/// <param name="Problems">What is not as it must be; empty when the run is good.</param>
internal sealed record RunSummary(
    string Scenario,
    string DataPlane,
    bool HashRight,
    long Bytes,
    double MbitPerSecond,
    double LongestGapMs,
    int Reports,
    int Plans,
    int Actions,
    int Refused,
    IReadOnlyList<string> Problems)
{
    /// <summary>True when the run showed what it has to.</summary>
    public bool Good => HashRight && Problems.Count == 0;
}
