using System.Collections.Concurrent;
using System.Diagnostics;

namespace Multipath.TestKit;

/// <summary>
/// A silo as operators run it: a process of <c>mpsilo</c>, which can be killed, stopped and started again at the same
/// addresses.
/// </summary>
public sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>Names the program: mpsilo.dll of the Orleans build.</summary>
    public const string Variable = "MPTEST_SILO";

    /// <summary>Lines kept for a failure's text.</summary>
    private const int Kept = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;
    private volatile bool _serves;

    private SiloProcess(string program, Uri grpc, Uri http, string[] arguments) =>
        (_program, Grpc, Http, _arguments) = (program, grpc, http, arguments);

    /// <summary>Where agents and operators connect.</summary>
    public Uri Grpc { get; }

    /// <summary>Where people and scripts connect.</summary>
    public Uri Http { get; }

    /// <summary>What it said last.</summary>
    public string Said => string.Join(Environment.NewLine, _said);

    /// <summary>Null until the process has ended.</summary>
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>Makes some silos of one cluster and starts them all at once.</summary>
    /// <param name="count">How many.</param>
    /// <param name="database">PostgreSQL's connection string.</param>
    /// <param name="program">mpsilo.dll.</param>
    public static async Task<SiloProcess[]> StartClusterAsync(int count, string database, string program)
    {
        var silos = Enumerable.Range(0, count).Select(_ => OfCluster(database, program)).ToArray();
        await Task.WhenAll(silos.Select(silo => silo.StartAsync()));
        return silos;
    }

    /// <summary>A silo of a cluster, not started yet.</summary>
    public static SiloProcess OfCluster(string database, string program, params string[] more)
    {
        var ports = FreePorts.Take(3);
        return At(program, ports[0], ports[1], ["--database", database, "--silo-port", $"{ports[2]}", .. more]);
    }

    /// <summary>A silo at these ports, not started yet.</summary>
    public static SiloProcess At(string program, int grpc, int http, params string[] more)
    {
        var (agents, people) = (new Uri($"http://127.0.0.1:{grpc}"), new Uri($"http://127.0.0.1:{http}"));
        string[] addresses = ["--grpc", $"http://127.0.0.1:{grpc}", "--http", $"http://127.0.0.1:{http}"];
        return new SiloProcess(program, agents, people, [.. addresses, .. more]);
    }

    /// <summary>Starts it, for the first time or again.</summary>
    /// <exception cref="InvalidOperationException">It ended instead of serving; the message has what it said.</exception>
    public async Task StartAsync()
    {
        Launch();
        await Eventually.HoldsAsync($"the silo at {Grpc} serves", Serves, Patience);
    }

    /// <summary>Starts it and waits for it to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunToEndAsync()
    {
        Launch();
        return await EndAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Lets it do nothing, its connections stay open.</summary>
    public void Suspend() => Shell.Signal(_process!.Id, "STOP");

    /// <summary>Lets it go on from where it was.</summary>
    public void Resume() => Shell.Signal(_process!.Id, "CONT");

    /// <summary>Waits for it to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public async Task StopAsync()
    {
        Shell.Signal(_process!.Id, "TERM");
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
    }

    private void Launch()
    {
        _process?.Dispose();
        _said.Clear();
        _serves = false;
        var start = new ProcessStartInfo("dotnet", [_program, .. _arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private bool Serves() => _process!.HasExited
        ? throw new InvalidOperationException($"The silo ended with {_process.ExitCode}: {Said}")
        : _serves;

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _serves |= line.StartsWith("mpsilo serves", StringComparison.Ordinal);
            _said.Enqueue(line);
            while (_said.Count > Kept)
            {
                _said.TryDequeue(out _);
            }
        }
    }
}
