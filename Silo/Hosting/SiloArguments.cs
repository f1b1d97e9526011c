using System.Net;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;

namespace Multipath.Silo.Hosting;

/// <summary>
/// Reads the command line, then the environment, then the defaults. A value that cannot be is refused with what was expected.
/// </summary>
internal static class SiloArguments
{
    /// <summary>What <c>--help</c> says.</summary>
    public const string Help = """
        mpsilo: the control plane of a fleet of Multipath TCP hosts

          --grpc URL    where agents and mpctl connect   (MPSILO_GRPC, http://127.0.0.1:5301)
          --http URL    where people and scripts connect (MPSILO_HTTP, http://127.0.0.1:5300)
          --data DIR    folder of the database           (MPSILO_DATA, ./data)
          --database S  PostgreSQL's connection string   (MPSILO_DATABASE, none)
          --help        this text

        For several silos of one fleet, in the build with -p:Hosting=Orleans:
          --cluster ID         silos of one id in one database are one cluster  (MPSILO_CLUSTER, multipath)
          --advertise ADDRESS  where other silos reach this one                 (MPSILO_ADVERTISE, 127.0.0.1)
          --silo-port PORT     on which port                                    (MPSILO_SILO_PORT, 11111)

        A URL is http or https, an IP address or localhost or *, and a port; port 0 takes a free one.
        With https the certificate is Kestrel's: Kestrel__Certificates__Default__Path and __KeyPath or __Password.
        Traces and metrics go to OTEL_EXPORTER_OTLP_ENDPOINT when it is set; /metrics on the HTTP address is a page for Prometheus.

        mpsilo migrate, export and import look after the store; each has a --help.
        """;

    /// <summary>Options, or the first error.</summary>
    public static (SiloOptions? Options, string? Error) Read(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["--grpc"] = environment("MPSILO_GRPC"),
            ["--http"] = environment("MPSILO_HTTP"),
            ["--data"] = environment("MPSILO_DATA"),
            [DatabaseOption] = environment("MPSILO_DATABASE"),
            [ClusterArguments.Cluster] = environment("MPSILO_CLUSTER"),
            [ClusterArguments.Advertise] = environment("MPSILO_ADVERTISE"),
            [ClusterArguments.SiloPort] = environment("MPSILO_SILO_PORT"),
        };
        for (var i = 0; i < args.Count; i += 2)
        {
            if (!values.ContainsKey(args[i]))
            {
                return (null, $"{args[i]}: unknown option, see --help for those that there are");
            }

            if (i + 1 == args.Count)
            {
                return (null, $"{args[i]}: a value was expected");
            }

            values[args[i]] = args[i + 1];
        }

        var defaults = new SiloOptions();
        var (grpc, grpcError) = Endpoint("--grpc", values["--grpc"], defaults.Grpc);
        var (http, httpError) = Endpoint("--http", values["--http"], defaults.Http);
        var (cluster, clusterError) = ClusterArguments.Read(values, defaults.Cluster);
        var error = grpcError ?? httpError ?? (values["--data"] is "" ? "--data: a folder was expected" : null)
            ?? DatabaseError(values[DatabaseOption]) ?? clusterError;
        return error is null
            ? (defaults with
            {
                Grpc = grpc,
                Http = http,
                DataFolder = values["--data"] ?? defaults.DataFolder,
                Database = values[DatabaseOption],
                Cluster = cluster,
            }, null)
            : (null, error);
    }

    /// <summary>Why a connection string cannot be one; null when it can, or there is none.</summary>
    public static string? DatabaseError(string? connectionString)
    {
        try
        {
            if (connectionString is not null)
            {
                PostgresDatabase.Parse(connectionString);
            }

            return null;
        }
        catch (StoreException error)
        {
            return $"{DatabaseOption}: {error.Message}";
        }
    }

    /// <summary>The address to listen on; null for all.</summary>
    public static IPAddress? AddressOf(Uri url) => url.Host switch
    {
        "localhost" => IPAddress.Loopback,
        AnyHost => null,
        var host => IPAddress.Parse(host.Trim('[', ']')),
    };

    private const string AnyHost = "any.invalid";
    private const string DatabaseOption = "--database";

    private static (Uri Url, string? Error) Endpoint(string option, string? text, Uri fallback)
    {
        if (text is null)
        {
            return (fallback, null);
        }

        var readable = text.Replace("//*:", $"//{AnyHost}:", StringComparison.Ordinal);
        var fits = Uri.TryCreate(readable, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url.PathAndQuery == "/"
            && (url.Host is "localhost" or AnyHost || IPAddress.TryParse(url.Host.Trim('[', ']'), out _));
        return fits ? (url!, null) : (fallback, $"{option}: \"{text}\" is not an address to listen on, expected for example {fallback}");
    }
}
