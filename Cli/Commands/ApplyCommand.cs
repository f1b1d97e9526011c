using System.CommandLine;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl apply -f FILE|- [--dry-run]</c>.</summary>
internal static class ApplyCommand
{
    public static Command Build(CommandHost host)
    {
        var files = new Option<string[]>("--filename", "-f")
        {
            Description = "The policy's file; '-' is standard input. May be repeated.",
            Required = true,
            HelpName = "file",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "The silo checks it and says what would change; nothing is stored." };
        return host.Define("apply", "Store policies; hosts get new plans at once.", [files, dryRun], async run =>
        {
            var policies = run.Get(files).Select(path => PolicyFile.Read(path, run.Shell.In)).ToArray();
            foreach (var policy in policies)
            {
                var reply = await SendAsync(run, policy, run.Get(dryRun));
                var suffix = run.Get(dryRun) ? " (dry run)" : "";
                run.Shell.Out.WriteLine($"policy/{SafeText.Line(reply.Name)} {Words.Of(reply.Result)}{suffix}, {Governed(reply)}");
            }

            return ExitCode.Done;
        });
    }

    /// <summary>Sends a policy to be stored, or only to be checked.</summary>
    public static async Task<ApplyPolicyReply> SendAsync(Invocation run, PolicyFile policy, bool dryRun)
    {
        var request = new ApplyPolicyRequest { Yaml = policy.Text, FileName = policy.Name, DryRun = dryRun };
        return await run.Fleet.Fleet.ApplyPolicyAsync(request, run.Fleet.Once);
    }

    /// <summary>Which hosts follow the policy.</summary>
    public static string Governed(ApplyPolicyReply reply) => reply.Hosts.Count switch
    {
        0 => "governs no host",
        1 => $"governs 1 host: {SafeText.Line(reply.Hosts[0])}",
        <= 5 => $"governs {reply.Hosts.Count} hosts: {SafeText.Line(string.Join(", ", reply.Hosts))}",
        _ => $"governs {reply.Hosts.Count} hosts: {SafeText.Line(string.Join(", ", reply.Hosts.Take(5)))}, …",
    };
}
