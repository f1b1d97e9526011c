namespace Multipath.Cli;

/// <summary>What surrounds a run of the tool; a test gives its own.</summary>
/// <param name="In">Read for <c>-f -</c>.</param>
/// <param name="Out">What was asked for, and nothing else.</param>
/// <param name="Error">What went wrong, and notes.</param>
/// <param name="Time">For the ages of things.</param>
/// <param name="Environment">An environment variable by name; null when unset.</param>
/// <param name="IsTerminal">True when a person looks at <paramref name="Out"/>: tables are drawn with colours and lines then.</param>
internal sealed record Shell(
    TextReader In, TextWriter Out, TextWriter Error, TimeProvider Time, Func<string, string?> Environment, bool IsTerminal);

/// <summary>What the tool's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>diff</c>: nothing differs.</summary>
    public const int Done = 0;

    /// <summary>Done, and the answer is no: it differs, the policy is wrong, something is unwell.</summary>
    public const int Differs = 1;

    /// <summary>Not done: usage, file, server.</summary>
    public const int Error = 2;

    /// <summary>Ended by Ctrl-C, as shells say it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a command with a message for a person.</summary>
/// <param name="message">What is wrong and where.</param>
/// <param name="advice">What to do; null when the message says it.</param>
internal sealed class CommandException(string message, string? advice = null) : Exception(message)
{
    public string? Advice { get; } = advice;
}
