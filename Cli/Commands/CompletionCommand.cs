using System.CommandLine;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl completion bash|zsh|fish</c>: a script that asks the tool itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # eval "$(mpctl completion bash)"
        _mpctl() {
            mapfile -t COMPREPLY < <(mpctl "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -- "^${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _mpctl mpctl
        """;

    private const string Zsh = """
        # eval "$(mpctl completion zsh)"
        _mpctl() {
            local -a found
            found=("${(@f)$(mpctl "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a found
        }
        compdef _mpctl mpctl
        """;

    private const string Fish = """
        # mpctl completion fish | source
        complete -c mpctl -a '(mpctl "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Build(CommandHost host)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return host.Define("completion", "Print a script that completes commands in your shell.", [shell], run =>
        {
            run.Shell.Out.WriteLine(run.Get(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Done);
        });
    }
}
