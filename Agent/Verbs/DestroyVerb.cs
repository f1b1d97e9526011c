using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent destroy</c>: closes subflows; what they had not delivered goes over the others.</summary>
internal static class DestroyVerb
{
    internal static Command Create()
    {
        var token = Values.Token();
        var selector = new SubflowSelector();
        var reset = new Option<bool>("--reset")
        {
            Description = "Close the socket itself, which works on connections that the kernel manages too.",
        };
        var command = new Command("destroy", "Close a subflow.") { token, reset };
        selector.AddTo(command);
        VerbContext.Run(command, context =>
        {
            using var plane = KernelDataPlane.Open(context.Netns);
            var connection = context.Arguments.GetValue(token);
            foreach (var subflow in selector.Pick(context, plane.Snapshot(), connection))
            {
                var error = context.Arguments.GetValue(reset)
                    ? plane.Reset(subflow.Tuple)
                    : plane.DestroySubflow(connection, subflow.Tuple);
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
