using System.Collections.Immutable;
using Multipath.Silo.Mapping;
using Multipath.Silo.Storage.PostgreSql;

namespace Multipath.Silo.Hosting;

/// <summary>What <c>mpsilo</c> does besides serving.</summary>
internal enum UpkeepVerb
{
    /// <summary>Brings a PostgreSQL database to the newest schema.</summary>
    Migrate,

    /// <summary>Writes all states of a store to a file.</summary>
    Export,

    /// <summary>Puts the states of a file into a store.</summary>
    Import,
}

/// <summary>One piece of upkeep.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="File">What is written or read; empty for <see cref="UpkeepVerb.Migrate"/>.</param>
/// <param name="DataFolder">The store when there is no <paramref name="Database"/>.</param>
/// <param name="Database">PostgreSQL's connection string; null for the data folder.</param>
/// <param name="Cluster">The cluster of the Orleans build whose state is meant; null for that of a silo alone.</param>
/// <param name="Replace">What is in the store may go.</param>
/// <param name="Grant">A role that shall be able to use the tables; null for none.</param>
/// <param name="Sets">The tables to make.</param>
internal sealed record UpkeepTask(
    UpkeepVerb Verb,
    string File,
    string DataFolder,
    string? Database,
    string? Cluster,
    bool Replace,
    string? Grant,
    ImmutableArray<SchemaSet> Sets);

/// <summary>Reads the command line of upkeep, then the environment, then the defaults.</summary>
internal static class UpkeepArguments
{
    /// <summary>What <c>--help</c> says after a verb.</summary>
    public const string Help = """
        mpsilo migrate --database S [--grant ROLE] [--tables product|orleans|all]
            Brings a PostgreSQL database to the newest schema. A silo does it by itself when its role may make tables; else run
            this with the connection string of one that may, and name the silo's role.

        mpsilo export FILE [--data DIR | --database S [--tables product|orleans] [--cluster ID]]
            Writes all durable state to a new file, as of one moment; the silo may go on meanwhile.

        mpsilo import FILE [--data DIR | --database S [--tables product|orleans] [--cluster ID]] [--replace]
            Puts what was exported into a store, all or nothing; its silo must not run. A store that has something in it is
            only touched with --replace.

          --data DIR      the folder of a silo's database    (MPSILO_DATA, ./data)
          --database S    PostgreSQL's connection string     (MPSILO_DATABASE, none)
          --cluster ID    which cluster's state              (MPSILO_CLUSTER, multipath)
          --tables SET    product: of one silo alone, orleans: of a cluster. When not given: of a cluster if one is named or this
                          is the Orleans build.
        """;

    private static readonly ImmutableDictionary<string, UpkeepVerb> Verbs = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        Enum.GetValues<UpkeepVerb>().Select(verb => KeyValuePair.Create(verb.ToString().ToLowerInvariant(), verb)));

    /// <summary>True when the command line is one of upkeep.</summary>
    public static bool AreOf(IReadOnlyList<string> args) => args.Count > 0 && Verbs.ContainsKey(args[0]);

    /// <summary>A task, or the first error.</summary>
    /// <param name="args">Of which <see cref="AreOf"/> is true.</param>
    /// <param name="environment">Environment variables by name.</param>
    public static (UpkeepTask? Task, string? Error) Read(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var verb = Verbs[args[0]];
        var (given, error) = Options(args, TakenBy(verb), out var file);
        error ??= verb == UpkeepVerb.Migrate || file is not null ? null : $"{args[0]}: the name of a file was expected";
        if (error is not null)
        {
            return (null, error);
        }

        // The option that was typed wins over a variable that names another kind of store.
        var database = given.GetValueOrDefault("--database") ?? (given.ContainsKey("--data") ? null : environment("MPSILO_DATABASE"));
        var tables = given.GetValueOrDefault(TablesOption);
        var cluster = given.GetValueOrDefault(ClusterArguments.Cluster)
            ?? (verb == UpkeepVerb.Migrate || database is null ? null : ClusterMeant(tables, environment("MPSILO_CLUSTER")));
        var sets = Sets(tables);
        error = SiloArguments.DatabaseError(database)
            ?? (given.ContainsKey("--data") && given.ContainsKey("--database") ? "--data and --database: one store was expected" : null)
            ?? (verb == UpkeepVerb.Migrate && database is null ? "--database: a connection string was expected" : null)
            ?? (cluster is not null && database is null ? "--cluster: is for PostgreSQL, --database was expected" : null)
            ?? (cluster is not null && !WireCheck.IsName(cluster) ? $"--cluster: \"{cluster}\" is no name" : null)
            ?? (sets is null ? $"--tables: \"{tables}\" is unknown, expected product, orleans or all" : null)
            ?? (verb != UpkeepVerb.Migrate && tables is "all" ? "--tables: product or orleans was expected" : null)
            ?? (tables is not null && database is null ? "--tables: is for PostgreSQL, --database was expected" : null)
            ?? (cluster is not null && tables is "product" ? "--cluster: has no part in --tables product" : null);
        return error is not null ? (null, error) : (new UpkeepTask(
            verb,
            file ?? "",
            given.GetValueOrDefault("--data") ?? environment("MPSILO_DATA") ?? new SiloOptions().DataFolder,
            database,
            cluster,
            given.ContainsKey(ReplaceFlag),
            given.GetValueOrDefault("--grant"),
            sets!.Value), null);
    }

    private const string ReplaceFlag = "--replace";
    private const string TablesOption = "--tables";

    /// <summary>A silo keeps its state where its build and the environment say, and upkeep looks there too.</summary>
    private static string? ClusterMeant(string? tables, string? named) => tables switch
    {
        "product" => null,
        "orleans" => named ?? new ClusterSettings().Id,
        _ => named ?? (SiloCluster.HasSeveralSilos ? new ClusterSettings().Id : null),
    };

    private static string[] TakenBy(UpkeepVerb verb) => verb switch
    {
        UpkeepVerb.Migrate => ["--database", "--grant", TablesOption],
        UpkeepVerb.Export => ["--data", "--database", ClusterArguments.Cluster, TablesOption],
        _ => ["--data", "--database", ClusterArguments.Cluster, TablesOption, ReplaceFlag],
    };

    private static (IReadOnlyDictionary<string, string> Given, string? Error) Options(
        IReadOnlyList<string> args, string[] taken, out string? file)
    {
        file = null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < args.Count; i++)
        {
            var arg = args[i];
            if (!arg.StartsWith('-') && taken.Contains("--data") && file is null)
            {
                file = arg;
            }
            else if (!taken.Contains(arg))
            {
                return (given, $"{arg}: unknown to {args[0]}, expected {string.Join(", ", taken)}");
            }
            else if (arg == ReplaceFlag)
            {
                given[arg] = "";
            }
            else if (i + 1 == args.Count || args[i + 1].Length == 0)
            {
                return (given, $"{arg}: a value was expected");
            }
            else
            {
                given[arg] = args[++i];
            }
        }

        return (given, null);
    }

    private static ImmutableArray<SchemaSet>? Sets(string? name) => name switch
    {
        null or "all" => SchemaSet.All,
        "product" => [SchemaSet.Product, SchemaSet.State],
        "orleans" => [SchemaSet.Orleans, SchemaSet.State],
        _ => null,
    };
}
