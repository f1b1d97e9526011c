using System.Diagnostics;

namespace Multipath.Standalone.Grpc.Tests.Interop;

/// <summary>Runs echo.py with the system's Python, for which Debian packages gRPC (python3-grpcio).</summary>
internal static class PythonGrpc
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> Lack = new(FindLack);

    /// <summary>Skips the test, saying why, where Python has no gRPC.</summary>
    public static void Require() => Assert.SkipWhen(Lack.Value is not null, Lack.Value ?? "");

    public static Process Start(params string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Interop", "echo.py");
        return Process.Start(new ProcessStartInfo(Python, [script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static string? FindLack()
    {
        if (!File.Exists(Python))
        {
            return $"{Python} is not there.";
        }

        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import grpc"]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{Python} cannot import grpc (Debian: python3-grpcio): {error.Trim().Split('\n')[^1]}";
    }
}
