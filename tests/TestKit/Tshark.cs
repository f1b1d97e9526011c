using System.Diagnostics;

namespace Multipath.TestKit;

/// <summary>Reads captures with Wireshark's dissectors, which know nothing of our codecs.</summary>
public static class Tshark
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromMinutes(1);

    /// <summary>Protocols that are guessed by a port would take random bytes for malformed packets of their own.</summary>
    private static readonly string[] WithoutGuesses = ["-d", "tcp.port==1-65535,data"];

    /// <summary>Whether this machine has it.</summary>
    public static bool IsInstalled => File.Exists("/usr/bin/tshark");

    /// <summary>Reads a capture; gives up after a minute.</summary>
    /// <param name="path">The capture.</param>
    /// <param name="cancellation">Gives up sooner.</param>
    /// <param name="arguments">What to show of it.</param>
    /// <returns>What tshark prints.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is what it says.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellation, params string[] arguments)
    {
        using var tshark = Process.Start(new ProcessStartInfo("tshark", ["-n", "-r", path, .. WithoutGuesses, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadPatience);
        try
        {
            var errors = tshark.StandardError.ReadToEndAsync(patience.Token);
            var output = await tshark.StandardOutput.ReadToEndAsync(patience.Token);
            await tshark.WaitForExitAsync(patience.Token);
            return tshark.ExitCode == 0 ? output : throw new InvalidOperationException(await errors);
        }
        catch (OperationCanceledException)
        {
            tshark.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>What is wrong with a capture: packets that are malformed, or whose checksums are wrong.</summary>
    /// <param name="path">The capture.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A line for each of them; empty for none.</returns>
    public static Task<string> FaultsAsync(string path, CancellationToken cancellation) => ReadAsync(
        path, cancellation, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
        "-Y", "_ws.malformed || tcp.checksum.status==0 || ip.checksum.status==0");

    /// <summary>How many packets of a capture a filter shows.</summary>
    /// <param name="path">The capture.</param>
    /// <param name="filter">In tshark's language of display filters.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<int> CountAsync(string path, string filter, CancellationToken cancellation)
    {
        var numbers = await ReadAsync(path, cancellation, "-Y", filter, "-T", "fields", "-e", "frame.number");
        return numbers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
