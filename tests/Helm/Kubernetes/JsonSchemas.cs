using System.Diagnostics;
using System.Text.Json;
using Multipath.Helm.Tests.Charts;

namespace Multipath.Helm.Tests.Kubernetes;

/// <summary>
/// The JSON schemas of Kubernetes's API, compiled, from the npm package kubernetes-models; they know which fields are required. Of use
/// where node and the package are installed (<c>npm install --global kubernetes-models</c>).
/// </summary>
internal static class JsonSchemas
{
    private static readonly Lazy<string?> Modules = new(FindModules);

    /// <summary>Null when they can be used, else what is lacking.</summary>
    internal static string? Lacking => Modules.Value is null ? "node with the npm package kubernetes-models is not installed" : null;

    /// <returns>What is wrong, a line each; empty when nothing is.</returns>
    internal static string Problems(IEnumerable<Manifest> manifests)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Kubernetes", "validate.cjs");
        var start = new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["NODE_PATH"] = Modules.Value;
        using var node = Process.Start(start)!;
        node.StandardInput.Write(JsonSerializer.Serialize(manifests.Select(manifest => manifest.Json)));
        node.StandardInput.Close();
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        return node.ExitCode == 0 ? output.TrimEnd() : $"node ended with {node.ExitCode}: {output}";
    }

    private static string? FindModules()
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["root", "--global"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var folder = npm.StandardOutput.ReadToEnd().Trim();
            npm.WaitForExit();
            return Directory.Exists(Path.Combine(folder, "kubernetes-models")) ? folder : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
