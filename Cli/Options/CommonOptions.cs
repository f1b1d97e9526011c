using System.CommandLine;

namespace Multipath.Cli.Options;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for a person.</summary>
    Table,

    /// <summary>More columns.</summary>
    Wide,

    /// <summary>For programs; the shape is stable.</summary>
    Json,

    /// <summary>The same shape as YAML; policies as they were applied.</summary>
    Yaml,

    /// <summary>Names only, one a line.</summary>
    Name,
}

/// <summary>Options that several commands take.</summary>
internal sealed class CommonOptions
{
    /// <summary>Where the silo listens when nobody says otherwise.</summary>
    public const string DefaultServer = "http://127.0.0.1:5301";

    /// <summary>The environment variable that names the silo.</summary>
    public const string ServerVariable = "MPCTL_SERVER";

    public Option<string?> Server { get; } = new("--server")
    {
        Description = $"The silo's address; default ${ServerVariable}, else {DefaultServer}.",
        Recursive = true,
        HelpName = "url",
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for an answer, such as 500ms, 10s, 2m; default 10s, for watch without end.",
        Recursive = true,
        HelpName = "duration",
        CustomParser = result => Duration.Parse(result.Tokens[0].Value) is { } duration ? duration : Refuse(result),
    };

    public static Option<OutputFormat> Output(params OutputFormat[] formats)
    {
        var words = formats.Select(format => format.ToString().ToLowerInvariant()).ToArray();
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = $"One of {string.Join(", ", words)}.",
            HelpName = string.Join('|', words),
            CustomParser = result =>
                Array.IndexOf(words, result.Tokens[0].Value) is var index and >= 0 ? formats[index] : Refuse(result, words),
        };
        option.CompletionSources.Add(words);
        return option;
    }

    public static Option<string> Selector() => new("--selector", "-l")
    {
        Description = "Only what these labels select, such as 'class in (van, truck),!canary'.",
        HelpName = "selector",
        DefaultValueFactory = _ => "",
    };

    private static TimeSpan? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--timeout '{result.Tokens[0].Value}' is no duration; expected for example 500ms, 10s or 2m.");
        return null;
    }

    private static OutputFormat Refuse(System.CommandLine.Parsing.ArgumentResult result, string[] words)
    {
        result.AddError($"--output '{result.Tokens[0].Value}' is unknown; expected one of {string.Join(", ", words)}.");
        return default;
    }
}
