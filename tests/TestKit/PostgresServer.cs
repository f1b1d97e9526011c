using System.Diagnostics;

namespace Multipath.TestKit;

/// <summary>
/// A real PostgreSQL of one's own in a temporary folder (<c>postgres.sh</c>), gone after Dispose and also when this process dies.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int NotThere = 3;

    private readonly Process _script;
    private readonly string _folder;

    private PostgresServer(Process script, string folder) => (_script, _folder) = (script, folder);

    /// <summary>Starts one.</summary>
    /// <param name="settings">Such as <c>fsync=on</c>.</param>
    /// <returns>The server, or why this machine has none.</returns>
    /// <exception cref="InvalidOperationException">It is there and does not start.</exception>
    public static async Task<(PostgresServer? Server, string? WhyNot)> Launch(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("mppg-").FullName;
        var script = Path.Combine(AppContext.BaseDirectory, "postgres.sh");
        var process = Process.Start(new ProcessStartInfo("bash", [script, folder, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadLineAsync();
        if (said == "ready")
        {
            return (new PostgresServer(process, folder), null);
        }

        await process.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        return process.ExitCode == NotThere
            ? (null, said)
            : throw new InvalidOperationException($"PostgreSQL did not start (exit code {process.ExitCode}): {said}");
    }

    /// <summary>How to connect, by default as the superuser; patient, for a machine that runs tests is busy.</summary>
    public string ConnectionString(string database = "postgres", string role = "postgres", string password = "postgres") =>
        $"Host={_folder};Database={database};Username={role};Password={password};Timeout=30;Command Timeout=30";

    /// <summary>Stops it in order; what was committed is there after <see cref="Start"/>.</summary>
    public Task Stop() => Tell("stop");

    /// <summary>Ends it as a crash does.</summary>
    public Task Kill() => Tell("kill");

    /// <summary>Starts it again.</summary>
    public Task Start() => Tell("start");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        await _script.WaitForExitAsync();
        _script.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Tell(string command)
    {
        await _script.StandardInput.WriteLineAsync(command);
        await _script.StandardInput.FlushAsync();
        if (await _script.StandardOutput.ReadLineAsync() != "done")
        {
            throw new InvalidOperationException($"PostgreSQL did not {command}.");
        }
    }
}
