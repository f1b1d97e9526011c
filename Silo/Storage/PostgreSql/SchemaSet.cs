using System.Collections.Immutable;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// Tables that belong together, with the numbered steps that make them. Step n, at index n-1, leads from version n-1 to n; steps are only
/// ever appended. A step that only adds leaves <see cref="Least"/> as it was, so that silos of the version before run on while those of the
/// new one come, and can come back; what nobody uses any more is removed a version later. One that cannot be so raises it.
/// </summary>
/// <param name="Name">As recorded in the database.</param>
/// <param name="Steps">Each one or more statements.</param>
/// <param name="Tables">What is there after the last step.</param>
internal sealed record SchemaSet(string Name, ImmutableArray<string> Steps, ImmutableArray<SchemaTable> Tables)
{
    /// <summary>The lowest version that a program must know to work with what the last step left; the last one unless it is said.</summary>
    public int Least { get; init; } = Steps.Length;

    /// <summary>Grain state of the build that is one process.</summary>
    public static SchemaSet Product { get; } = new("product", ProductSchema.Steps, ProductSchema.Tables);

    /// <summary>What the ADO.NET providers of Microsoft Orleans use: membership, grain state and reminders.</summary>
    public static SchemaSet Orleans { get; } = new("orleans", OrleansSchema.Steps, OrleansSchema.Tables);

    /// <summary>The form of the states in those tables; of each database that has any.</summary>
    public static SchemaSet State { get; } = new("state", StateForm.Steps, []);

    public static ImmutableArray<SchemaSet> All { get; } = [Product, Orleans, State];
}

/// <summary>A table and the columns that the program counts on.</summary>
internal sealed record SchemaTable(string Name, ImmutableArray<string> Columns);
