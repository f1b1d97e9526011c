using System.Diagnostics;
using System.Text;

namespace Multipath.TestKit;

/// <summary>One of our programs as a process of its own, with an environment of its own. Ends with the test.</summary>
public sealed class ChildProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _printed = new();

    private ChildProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it printed so far.</summary>
    public string Printed
    {
        get
        {
            lock (_printed)
            {
                return _printed.ToString();
            }
        }
    }

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="assembly">Such as <c>mpsilo</c>.</param>
    /// <param name="environment">What is added to the tests' own; variables of OpenTelemetry are not inherited.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ChildProgram Start(string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ChildProgram(Process.Start(start)!);
    }

    /// <summary>Waits for a text.</summary>
    /// <param name="from">What stands before it.</param>
    /// <returns>What stands after <paramref name="from"/>, up to the next blank or line end.</returns>
    public async Task<string> PrintsAsync(string from)
    {
        await Eventually.HoldsAsync(
            $"it prints \"{from}\"",
            () => _process.HasExited ? throw new InvalidOperationException($"it ended: {Printed}") : After(from) is not null,
            Patience);
        return After(from)!;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string? After(string from)
    {
        var printed = Printed;
        var at = printed.IndexOf(from, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var rest = printed[(at + from.Length)..];
        var end = rest.IndexOfAny([' ', ',', '\n']);
        return end < 0 ? null : rest[..end];
    }

    private void Add(string? line)
    {
        lock (_printed)
        {
            _printed.Append(line).Append('\n');
        }
    }
}
