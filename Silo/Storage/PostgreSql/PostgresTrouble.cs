using System.Net.Sockets;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>What goes wrong with PostgreSQL (codes: appendix A of its manual), in words for a person who has to mend it.</summary>
internal static class PostgresTrouble
{
    /// <summary>True for what a database does to its caller, as opposed to a fault of this program.</summary>
    public static bool Is(Exception error) =>
        error is NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    /// <summary>True when the server said so itself and the connection lives on: the statement is at fault, or what it met.</summary>
    public static bool IsOfStatement(Exception error) => error is PostgresException { Severity: "ERROR" };

    /// <summary>True when nothing was stored for certain: the statement was refused, or there was no connection to send it on.</summary>
    public static bool IsCertain(Exception error) =>
        IsOfStatement(error)
        || error is SocketException or NpgsqlException { InnerException: SocketException }
        || error is PostgresException
        {
            SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
                or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow
        };

    /// <summary>True when the connection broke, which says nothing of the next one; waiting in vain is something else.</summary>
    public static bool IsOfConnection(Exception error) =>
        Is(error) && !IsOfStatement(error) && error is not (TimeoutException or { InnerException: TimeoutException });

    /// <summary>Why the database cannot be used.</summary>
    public static StoreException Opening(NpgsqlConnectionStringBuilder settings, Exception error) => new(Why(settings, error), error);

    /// <summary>Why a state could not be read.</summary>
    public static StoreException Reading(NpgsqlConnectionStringBuilder settings, Exception error) =>
        new($"{Why(settings, error)} Nothing could be read.", error);

    /// <summary>Why a write failed; nothing of it is stored.</summary>
    public static StoreException Writing(NpgsqlConnectionStringBuilder settings, Exception error) =>
        new($"{Why(settings, error)} Nothing was stored.", error);

    /// <summary>The answer to a commit was lost, and the server could not be asked what became of it.</summary>
    public static StoreException Doubtful(NpgsqlConnectionStringBuilder settings, Exception error) => new(
        $"{Why(settings, error)} It is not known whether the last change was stored; make it again when the database answers.", error)
    {
        IsDoubtful = true,
    };

    private static string Why(NpgsqlConnectionStringBuilder settings, Exception error) => error switch
    {
        StoreException known => known.Message,
        PostgresException said => Said(settings, said),
        { InnerException: TimeoutException } or TimeoutException =>
            $"PostgreSQL at {PostgresDatabase.Server(settings)} does not answer in time. Look at its load, and at what holds locks.",
        { InnerException: SocketException or IOException } or SocketException or IOException =>
            $"PostgreSQL at {PostgresDatabase.Server(settings)} cannot be reached ({Reason(error)}). "
            + "Check that it runs, and Host and Port of the connection string.",
        _ => $"{PostgresDatabase.Describe(settings)} cannot be used: {error.Message}",
    };

    private static string Said(NpgsqlConnectionStringBuilder settings, PostgresException error)
    {
        var (server, role) = (PostgresDatabase.Server(settings), settings.Username);
        return error.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword =>
                $"PostgreSQL at {server} refuses the password of role {role}. Check Username and Password of the connection string.",
            PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"PostgreSQL at {server} does not let role {role} in ({error.MessageText}). Check Username, and the server's pg_hba.conf.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"PostgreSQL at {server} has no database {settings.Database}. Make it: CREATE DATABASE {settings.Database}.",
            PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName =>
                $"Role {role} lacks rights on database {settings.Database} ({error.MessageText}). Run mpsilo migrate --grant {role} "
                + "with the connection string of a role that may create tables.",
            PostgresErrorCodes.TooManyConnections =>
                $"PostgreSQL at {server} has no connection left. Raise its max_connections, or lower what others use.",
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
                $"PostgreSQL at {server} is stopping or starting ({error.MessageText}). It is used again as soon as it answers.",
            PostgresErrorCodes.DiskFull => $"The disk of PostgreSQL at {server} is full ({error.MessageText}). Free some space.",
            PostgresErrorCodes.ReadOnlySqlTransaction =>
                $"PostgreSQL at {server} takes no writes: it is a standby, or set to read only. Connect to the primary.",
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
                $"Database {settings.Database} has not the schema that it should have ({error.MessageText}). Restore it from a backup, "
                + "or run mpsilo migrate on an empty one.",
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled =>
                $"PostgreSQL at {server} gave up waiting ({error.MessageText}). Look at what holds locks there, such as a backup.",
            _ => $"PostgreSQL at {server} says: {error.MessageText} ({error.SqlState}).",
        };
    }

    private static string Reason(Exception error)
    {
        var inner = error;
        while (inner.InnerException is { } deeper)
        {
            inner = deeper;
        }

        return inner.Message;
    }
}
