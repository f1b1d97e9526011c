using System.Diagnostics;
using Multipath.Helm.Tests.Support;

namespace Multipath.Helm.Tests.Charts;

/// <summary>The helm of this machine, when it has one.</summary>
internal static class RealHelm
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "helm")).FirstOrDefault(File.Exists);

    internal static bool IsHere => Program is not null;

    /// <summary>What <c>helm template</c> prints.</summary>
    internal static IReadOnlyList<Manifest> Render(string values)
    {
        var (exit, output, error) = Run(values);
        return exit == 0
            ? [.. Yaml.ReadAll(output).Select(value => new Manifest(value))]
            : throw new InvalidOperationException($"helm template: {error}");
    }

    /// <summary>What helm says to values that it refuses; empty when it takes them.</summary>
    internal static string Refusal(string values)
    {
        var (exit, _, error) = Run(values);
        return exit == 0 ? "" : error;
    }

    private static (int Exit, string Output, string Error) Run(string values)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, values);
        var start = new ProcessStartInfo(Program!)
        {
            ArgumentList =
            {
                "template", Chart.Release, Path.Combine(Repository.Root, Chart.Path), "--namespace", Chart.Namespace, "--values", file,
                "--kube-version", "1.34.0",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        File.Delete(file);
        return (process.ExitCode, output, error.Result);
    }
}
