using System.CommandLine;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl diff -f FILE</c>: exit code 0 when the silo has the same, 1 when it differs, 2 when that cannot be said.</summary>
internal static class DiffCommand
{
    public static Command Build(CommandHost host)
    {
        var file = new Option<string>("--filename", "-f")
        {
            Description = "The policy's file; '-' is standard input.",
            Required = true,
            HelpName = "file",
        };
        const string description =
            "Compare a policy with the stored one; the silo checks it, nothing is stored. Exit code 0 same, 1 differs, 2 error.";
        return host.Define("diff", description, [file], async run =>
        {
            var policy = PolicyFile.Read(run.Get(file), run.Shell.In);
            var reply = await ApplyCommand.SendAsync(run, policy, dryRun: true);
            if (reply.Result == ApplyResult.Unchanged)
            {
                return ExitCode.Done;
            }

            var stored = await Stored.FindAsync(run, reply.Name);
            var oldName = stored is null ? "not stored" : $"policy/{stored.Name} revision {stored.Revision}";
            run.Shell.Out.Write(SafeText.Lines(LineDiff.Unified(oldName, stored?.Yaml ?? "", policy.Name, policy.Text)));
            run.Shell.Error.WriteLine(
                $"policy/{SafeText.Line(reply.Name)} would be {Words.Of(reply.Result)}; it {ApplyCommand.Governed(reply)}");
            return ExitCode.Differs;
        });
    }
}
