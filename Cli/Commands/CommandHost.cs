using System.CommandLine;
using Grpc.Core;
using Multipath.Cli.Options;
using Multipath.Cli.Server;

namespace Multipath.Cli.Commands;

/// <summary>Makes actions of commands: connects on demand and turns failures into messages and exit codes.</summary>
internal sealed class CommandHost(Shell shell, CommonOptions common)
{
    public Shell Shell { get; } = shell;

    /// <summary>A command with an action.</summary>
    public Command Define(string name, string description, IEnumerable<Symbol> symbols, Func<Invocation, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Options.Add(option);
            }
            else
            {
                command.Arguments.Add((Argument)symbol);
            }
        }

        command.SetAction((parsed, cancellation) => RunAsync(parsed, action, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<Invocation, Task<int>> action, CancellationToken cancellation)
    {
        var server = parsed.GetValue(common.Server) ?? Shell.Environment(CommonOptions.ServerVariable) ?? CommonOptions.DefaultServer;
        var timeout = parsed.GetValue(common.Timeout);
        try
        {
            using var connection = new FleetConnection(server, timeout, cancellation);
            return await action(new Invocation(parsed, Shell, connection, cancellation));
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled }
            && cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException exception)
        {
            return Fail(Failure.Explain(exception.Status, server, timeout ?? FleetConnection.DefaultTimeout));
        }
        catch (CommandException exception)
        {
            return Fail(exception);
        }
    }

    private int Fail(CommandException failure)
    {
        Shell.Error.WriteLine($"error: {failure.Message}");
        if (failure.Advice is { } advice)
        {
            Shell.Error.WriteLine($"  {advice}");
        }

        return ExitCode.Error;
    }
}

/// <summary>One run of a command.</summary>
internal sealed record Invocation(ParseResult Parsed, Shell Shell, FleetConnection Fleet, CancellationToken Cancellation)
{
    public T Get<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => Parsed.GetValue(argument)!;
}
