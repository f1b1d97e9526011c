using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Multipath.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Header">In capitals.</param>
/// <param name="IsWide">Shown only in wide tables.</param>
internal sealed record Column(string Header, bool IsWide = false);

/// <summary>An answer with several things in it, for people and for programs.</summary>
/// <param name="Noun">The things in plural, to say that there are none.</param>
/// <param name="Kind">The kind of the list for programs.</param>
/// <param name="Columns">For people.</param>
/// <param name="Items">The things, in order.</param>
internal sealed record Listing(string Noun, string Kind, ImmutableArray<Column> Columns, ImmutableArray<Item> Items);

/// <summary>One thing of a listing.</summary>
/// <param name="Name">Its kind and name, as in <c>host/van-7</c>.</param>
/// <param name="Cells">One for each column.</param>
/// <param name="Shape">For programs.</param>
/// <param name="Document">Its own YAML, when it has one that a person wrote.</param>
internal sealed record Item(string Name, ImmutableArray<string> Cells, JsonObject Shape, string? Document = null);
