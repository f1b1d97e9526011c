using Multipath.Standalone.Orleans.Scheduling;

namespace Multipath.Standalone.Orleans.Calls;

/// <summary>What all targets of calls share.</summary>
/// <param name="Executor">Runs their turns.</param>
/// <param name="Clock">The time.</param>
/// <param name="Timeouts">Fails calls that are not answered in time.</param>
/// <param name="Limit">The most calls of one target; 0 is no limit.</param>
internal sealed record CallServices(TurnExecutor Executor, TimeProvider Clock, CallTimeouts Timeouts, int Limit);
