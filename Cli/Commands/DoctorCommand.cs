using System.CommandLine;
using Grpc.Core;
using Multipath.Cli.Output;
using Multipath.Cli.Server;
using Multipath.Contracts.Wire;
using Multipath.Contracts.Wire.Health;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl doctor</c>: looks at one thing after another and says what to do about the first that is wrong.</summary>
internal static class DoctorCommand
{
    public static Command Build(CommandHost host) =>
        host.Define("doctor", "Look for what is wrong. Exit code 0 well, 1 unwell.", [], async run =>
        {
            var server = run.Fleet.Server;
            var isWell = await CheckAsync(run, $"the silo at {server} answers", async () => await HealthAsync(run))
                && await CheckAsync(run, "policies are stored", async () => Advise(await PoliciesAsync(run)))
                && await CheckAsync(run, "hosts run what they should", async () => Advise(await HostsAsync(run)));
            return isWell ? ExitCode.Done : ExitCode.Differs;
        });

    /// <summary>Runs one look; it returns what is wrong, or null.</summary>
    private static async Task<bool> CheckAsync(Invocation run, string what, Func<Task<CommandException?>> look)
    {
        CommandException? wrong;
        try
        {
            wrong = await look();
        }
        catch (RpcException exception) when (!run.Cancellation.IsCancellationRequested)
        {
            wrong = Failure.Explain(exception.Status, run.Fleet.Server, FleetConnection.DefaultTimeout);
        }
        catch (CommandException exception)
        {
            wrong = exception;
        }

        run.Shell.Out.WriteLine(wrong is null ? $"ok     {what}" : $"WRONG  {what}: {wrong.Message}");
        if (wrong?.Advice is { } advice)
        {
            run.Shell.Out.WriteLine($"       {advice}");
        }

        return wrong is null;
    }

    private static CommandException? Advise((string Message, string Advice)? wrong) =>
        wrong is { } found ? new CommandException(found.Message, found.Advice) : null;

    private static async Task<CommandException?> HealthAsync(Invocation run)
    {
        var health = await run.Fleet.Health.CheckAsync(new HealthCheckRequest(), run.Fleet.Once);
        return health.Status == HealthCheckResponse.Types.ServingStatus.Serving
            ? null
            : new CommandException($"it is not ready ({health.Status})",
                "It may still be starting, or its store is away; its log says more.");
    }

    private static async Task<(string Message, string Advice)?> PoliciesAsync(Invocation run)
    {
        var policies = await run.Fleet.Fleet.ListPoliciesAsync(new ListPoliciesRequest(), run.Fleet.Once);
        return policies.Policies.Count > 0
            ? null
            : ("there is none, so no host gets a plan", "Store one with 'mpctl apply -f policy.yaml'.");
    }

    private static async Task<(string Message, string Advice)?> HostsAsync(Invocation run)
    {
        var reply = await run.Fleet.Fleet.ListHostsAsync(new ListHostsRequest(), run.Fleet.Once);
        if (reply.Hosts.Count == 0)
        {
            return ("no host ever connected", "Start 'mpagent run' on one, with the silo's address.");
        }

        var unwell = reply.Hosts.Where(known => known.Status is not (HostStatus.Settled or HostStatus.Updating))
            .OrderBy(known => known.Host, StringComparer.Ordinal).ToArray();
        if (unwell.Length == 0)
        {
            return null;
        }

        var first = SafeText.Line(unwell[0].Host);
        var message = $"{unwell.Length} of {reply.Hosts.Count} do not; {first} is {Words.Of(unwell[0].Status)}";
        return (message, $"'mpctl describe host {first}' says why.");
    }
}
