using System.CommandLine;
using Multipath.Cli.Output;
using Multipath.Policies.Check;
using Multipath.Policies.Text;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl check FILE...</c>: what the silo would refuse, found without one.</summary>
internal static class CheckCommand
{
    public static Command Build(CommandHost host)
    {
        var files = new Argument<string[]>("file") { Description = "Policies; '-' is standard input.", Arity = ArgumentArity.OneOrMore };
        const string description = "Check policies and run their own tests, offline. Exit code 0 right, 1 wrong, 2 not readable.";
        return host.Define("check", description, [files], run =>
        {
            var policies = run.Get(files).Select(path => PolicyFile.Read(path, run.Shell.In)).ToArray();
            var right = policies.Select(policy => IsRight(run.Shell, policy)).ToArray();
            return Task.FromResult(right.All(one => one) ? ExitCode.Done : ExitCode.Differs);
        });
    }

    private static bool IsRight(Shell shell, PolicyFile file)
    {
        var parsed = PolicyText.Parse(file.Text, file.Name);
        if (parsed.Value is not { } policy)
        {
            foreach (var error in parsed.Errors)
            {
                shell.Error.WriteLine(SafeText.Line(error.ToString()));
            }

            return false;
        }

        var failures = PolicyCheck.Run(policy);
        foreach (var failure in failures)
        {
            var text = $"{file.Name}:{failure.Line}:1: test '{failure.Test}': expected {failure.Expectation}, got {failure.Outcome}";
            shell.Error.WriteLine(SafeText.Line(text));
        }

        if (failures.IsEmpty)
        {
            var tests = policy.Tests.Count == 1 ? "1 test" : $"{policy.Tests.Count} tests";
            shell.Out.WriteLine(SafeText.Line($"{file.Name}: policy/{policy.Name} is right, {tests} passed"));
        }

        return failures.IsEmpty;
    }
}
