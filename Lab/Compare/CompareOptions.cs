namespace Multipath.Lab.Compare;

/// <summary>What to compare.</summary>
/// <param name="Runs">Runs of each case and contestant.</param>
/// <param name="Only">Only cases whose name contains this; empty for all.</param>
/// <param name="Json">One JSON object a line instead of a table.</param>
internal sealed record CompareOptions(int Runs, string Only, bool Json)
{
    /// <summary>Whether the case of this name is asked for.</summary>
    public bool Takes(string name) => name.Contains(Only, StringComparison.OrdinalIgnoreCase);
}
