namespace Multipath.Standalone.Orleans.Scheduling;

/// <summary>One piece of work of an activation: a call to start, a continuation, or housekeeping. Links itself into the queue.</summary>
internal abstract class Turn
{
    internal Turn? Next;

    /// <summary>What a simulation writes into its trace.</summary>
    internal abstract string Describe();

    /// <summary>Runs it. It answers its own failures and throws none.</summary>
    internal abstract void Run();
}

/// <summary>A turn that calls a method.</summary>
internal sealed class ActionTurn(string name, Action action) : Turn
{
    internal override string Describe() => name;

    internal override void Run() => action();
}
