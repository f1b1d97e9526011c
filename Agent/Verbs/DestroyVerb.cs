using System.CommandLine;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent destroy</c>: closes subflows; what they had not delivered goes over the others.</summary>
internal static class DestroyVerb
{
    internal static Command Create()
    {
        var connections = new ConnectionSelector();
        var selector = new SubflowSelector();
        var reset = new Option<bool>("--reset")
        {
            Description = "Close the socket itself, which works on connections that the kernel manages too.",
        };
        var command = new Command("destroy", "Close a subflow.") { reset };
        connections.AddTo(command);
        selector.AddTo(command);
        VerbContext.Run(command, context =>
        {
            using var connection = connections.Find(context);
            foreach (var subflow in selector.Pick(context, connection))
            {
                var error = context.Arguments.GetValue(reset)
                    ? connection.Reset(subflow.Tuple)
                    : connection.Commands.Destroy(connection.Token, subflow.Tuple);
                if (context.Finish(error, $"subflow {subflow.Tuple} destroyed") != Root.ExitDone)
                {
                    return Root.ExitFailed;
                }
            }

            return Root.ExitDone;
        });
        return command;
    }
}
