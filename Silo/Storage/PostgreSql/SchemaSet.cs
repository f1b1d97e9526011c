using System.Collections.Immutable;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// Tables that belong together, with the numbered steps that make them. Step n, at index n-1, leads from version n-1 to n; steps are only
/// ever appended.
/// </summary>
/// <param name="Name">As recorded in the database.</param>
/// <param name="Steps">Each one or more statements.</param>
/// <param name="Tables">What is there after the last step.</param>
internal sealed record SchemaSet(string Name, ImmutableArray<string> Steps, ImmutableArray<SchemaTable> Tables)
{
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
