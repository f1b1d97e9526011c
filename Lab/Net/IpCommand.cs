using System.Diagnostics;

namespace Multipath.Lab.Net;

/// <summary>Runs iproute2's <c>ip</c>; a failure is an <see cref="IOException"/> with the command and what <c>ip</c> said.</summary>
internal static class IpCommand
{
    /// <summary>Runs one command and returns what it printed.</summary>
    internal static string Run(params string[] arguments)
    {
        var (exitCode, output, errors) = Start(arguments, []);
        return exitCode == 0 ? output : throw new IOException($"ip {string.Join(' ', arguments)}: {errors.Trim()}");
    }

    /// <summary>Runs one command whose failure does not matter (removing what may be gone already).</summary>
    internal static void TryRun(params string[] arguments) => Start(arguments, []);

    /// <summary>Runs many commands inside a namespace in one process; stops at the first that fails.</summary>
    internal static void Batch(string netns, IEnumerable<string> lines)
    {
        var all = lines.ToArray();
        var (exitCode, _, errors) = Start(["-n", netns, "-batch", "-"], all);
        if (exitCode != 0)
        {
            throw new IOException($"ip -n {netns}, one of [{string.Join("; ", all)}]: {errors.Trim()}");
        }
    }

    private static (int ExitCode, string Output, string Errors) Start(string[] arguments, string[] input)
    {
        var start = new ProcessStartInfo("ip", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new IOException("ip did not start");
        foreach (var line in input)
        {
            process.StandardInput.WriteLine(line);
        }

        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
