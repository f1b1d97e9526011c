using System.CommandLine;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent set-backup</c>: changes the priority of subflows, here and at the peer.</summary>
internal static class SetBackupVerb
{
    internal static Command Create()
    {
        var connections = new ConnectionSelector();
        var state = new Argument<string>("on|off") { Description = "on: use it only when nothing else works; off: use it." };
        state.AcceptOnlyFromAmong("on", "off");
        var selector = new SubflowSelector();
        var command = new Command("set-backup", "Make a subflow backup, or not; only for paths that still answer.");
        connections.AddTo(command);
        command.Add(state);
        selector.AddTo(command);
        VerbContext.Run(command, context =>
        {
            using var connection = connections.Find(context);
            var backup = context.Arguments.GetValue(state) == "on";
            foreach (var subflow in selector.Pick(context, connection))
            {
                var error = connection.Commands.SetBackup(connection.Token, subflow.Tuple, backup);
                if (context.Finish(error, $"subflow {subflow.Tuple} is {(backup ? "backup" : "active")}") != Root.ExitDone)
                {
                    return Root.ExitFailed;
                }
            }

            return Root.ExitDone;
        });
        return command;
    }
}
