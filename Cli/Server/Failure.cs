using Grpc.Core;
using Multipath.Cli.Options;
using Multipath.Cli.Output;

namespace Multipath.Cli.Server;

/// <summary>Says what a failed call means to an operator: what is wrong, where, what to do.</summary>
internal static class Failure
{
    public static CommandException Explain(Status status, string server, TimeSpan timeout)
    {
        var detail = SafeText.Lines(status.Detail);
        return status.StatusCode switch
        {
            // Who fails to reach a silo notes the cause; what the silo says of itself comes without one.
            StatusCode.Unavailable when status.DebugException is null => new CommandException(
                $"the silo at {server} cannot do it now: {detail}", "Try again when that is mended; hosts go on meanwhile."),
            StatusCode.Unavailable => new CommandException(
                $"the silo at {server} cannot be reached: {detail}",
                "Is it running? Start it with mpsilo, or name another one with --server or MPCTL_SERVER; 'mpctl doctor' looks closer."),
            StatusCode.DeadlineExceeded => new CommandException(
                $"the silo at {server} did not answer within {Duration.Write(timeout)}",
                "Give it longer with --timeout, or let 'mpctl doctor' look."),
            StatusCode.NotFound => new CommandException(detail, "'mpctl get hosts' and 'mpctl get policies' list what there is."),
            StatusCode.InvalidArgument => new CommandException(detail),
            StatusCode.Unimplemented => new CommandException(
                $"the server at {server} does not know this call: {detail}",
                "It is another program, or a silo of another version than this tool."),
            StatusCode.PermissionDenied or StatusCode.Unauthenticated => new CommandException(
                $"the silo at {server} refuses: {detail}", "Your role does not allow this; ask who runs the fleet."),
            StatusCode.ResourceExhausted => new CommandException($"the silo at {server} sheds load: {detail}", "Try again in a moment."),
            _ => new CommandException($"the silo at {server} failed ({status.StatusCode}): {detail}", "Its log says more."),
        };
    }
}
