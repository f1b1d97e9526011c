using System.Collections.Immutable;

namespace Multipath.Silo.Storage;

/// <summary>
/// The form of stored states, counted: whoever adds, renames or removes a member of a stored record appends a step, most often an empty
/// one. A database remembers the steps that it went through, and a silo that knows fewer is refused there, for it would drop what it does
/// not know with its first write; unless that is harmless, which <see cref="PostgreSql.SchemaSet.Least"/> has to say.
/// </summary>
internal static class StateForm
{
    /// <summary>What PostgreSQL has to do to stored states, step by step; only ever appended to.</summary>
    public static ImmutableArray<string> Steps { get; } = [TheFirst];

    private const string TheFirst = "SELECT 1";
}
