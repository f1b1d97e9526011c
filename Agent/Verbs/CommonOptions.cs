using System.CommandLine;
using Multipath.Agent.Control;

namespace Multipath.Agent.Verbs;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    /// <summary>On every verb.</summary>
    internal static Option<string?> Netns { get; } = new("--netns")
    {
        Description = "Work inside this named network namespace.",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>On every verb.</summary>
    internal static Option<string> Control { get; } = new("--control")
    {
        Description = "Where agents with a userspace stack have the sockets by which this tool asks them.",
        HelpName = "DIRECTORY",
        DefaultValueFactory = _ => ControlSockets.DefaultDirectory,
        Recursive = true,
    };

    /// <summary>On verbs that print data.</summary>
    internal static Option<string> Output { get; } = CreateOutput();

    private static Option<string> CreateOutput()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "How to print: a table for people, or json for programs.",
            DefaultValueFactory = _ => "table",
        };
        option.AcceptOnlyFromAmong("table", "json");
        return option;
    }
}
