using System.Diagnostics;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>Reads the operator's connection string (keywords: npgsql.org/doc/connection-string-parameters.html).</summary>
internal static class PostgresDatabase
{
    /// <summary>
    /// Unless the string says otherwise PostgreSQL has this long to take a connection or to answer: who waits for a write is told before
    /// a grain's call times out.
    /// </summary>
    private const int AnswerSeconds = 5;

    private const string Example = "\"Host=db.example;Database=fleet;Username=mpsilo;Password=...\"";

    /// <summary>The settings, with the product's own defaults for what the text leaves open.</summary>
    /// <exception cref="StoreException">The text cannot be read; the message has no part of it, for it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new StoreException(
                $"The connection string cannot be read: {FirstLine(error.Message)} Expected for example {Example}.", error);
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new StoreException($"The connection string names no Host. Expected for example {Example}.");
        }

        var given = settings.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        settings.Timeout = given.Contains("Timeout") ? settings.Timeout : AnswerSeconds;
        settings.CommandTimeout = given.Contains("Command Timeout") ? settings.CommandTimeout : AnswerSeconds;
        settings.ApplicationName ??= $"mpsilo on {Environment.MachineName}";
        return settings;
    }

    /// <summary>Connections to it. What is asked of it is traced as a part of something that is, never as a trace of its own.</summary>
    public static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings) => new NpgsqlDataSourceBuilder(settings.ConnectionString)
        .ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null)
            .ConfigureCopyOperationFilter(_ => Activity.Current is not null)
            .EnablePhysicalOpenTracing(false))
        .Build();

    /// <summary>Which database, for a person; no password.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder settings) =>
        $"PostgreSQL database {settings.Database ?? settings.Username} on {Server(settings)}";

    /// <summary>Which server, for a person.</summary>
    public static string Server(NpgsqlConnectionStringBuilder settings) => $"{settings.Host}:{settings.Port}";

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r', '.') + ".";
}
