using System.Globalization;

namespace Multipath.Lab.Net;

/// <summary>
/// The name of a namespace of a lab: <c>mplab&lt;pid&gt;-&lt;host&gt;</c>. It carries the process that made it, so that a later run
/// can tell what an earlier one left behind.
/// </summary>
/// <param name="Pid">The process that made the namespace.</param>
/// <param name="Host">The host's name in its scenario.</param>
internal readonly record struct LabName(int Pid, string Host)
{
    private const string Prefix = "mplab";

    /// <summary>Longest host name; it has to leave room in a path component and be readable in a table.</summary>
    internal const int MaxHostLength = 32;

    /// <summary>Reads a namespace's name; false when no lab has made it.</summary>
    internal static bool TryParse(string name, out LabName labName)
    {
        labName = default;
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || dash < 0 || !IsHost(name[(dash + 1)..]))
        {
            return false;
        }

        var digits = name.AsSpan(Prefix.Length, dash - Prefix.Length);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == 0)
        {
            return false;
        }

        labName = new LabName(pid, name[(dash + 1)..]);
        return true;
    }

    /// <summary>True for lower-case letters, digits and dashes, beginning with a letter.</summary>
    internal static bool IsHost(string host) =>
        host.Length is > 0 and <= MaxHostLength && char.IsAsciiLetterLower(host[0])
        && host.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Pid}-{Host}");
}
