namespace Multipath.Cli.Tests;

/// <summary>What one run of the tool left.</summary>
internal sealed record Outcome(int Code, string Out, string Error);

/// <summary>Runs the tool in this process, at a fixed time and not at a terminal.</summary>
internal static class Tool
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static async Task<Outcome> RunAsync(string[] args, string input = "", bool isTerminal = false, string? serverVariable = null)
    {
        using StringReader reader = new(input);
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var shell = new Shell(
            reader, output, error, new FixedTime(), name => name == "MPCTL_SERVER" ? serverVariable : null, isTerminal);
        var code = await Mpctl.RunAsync(args, shell, TestContext.Current.CancellationToken);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    public static long MicrosecondsAgo(TimeSpan age) => (Now - age - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
