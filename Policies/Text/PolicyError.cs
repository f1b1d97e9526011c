using System.Globalization;

namespace Multipath.Policies.Text;

/// <summary>What is wrong in a text that a person wrote, and where.</summary>
/// <param name="File">The text's name, as the caller gave it.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1, in UTF-16 units.</param>
/// <param name="Message">What is wrong and what was expected.</param>
public sealed record PolicyError(string File, int Line, int Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, which editors and terminals can follow.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {Message}");
}
