using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Activations;

/// <summary>What activations write to the log.</summary>
internal static partial class ActivationLog
{
    [LoggerMessage(1, LogLevel.Error, "Activation of {Grain} failed; the waiting callers get this failure")]
    internal static partial void ActivationFailed(ILogger log, GrainId grain, Exception failure);

    [LoggerMessage(2, LogLevel.Error, "Deactivation of {Grain} failed; the activation is gone all the same")]
    internal static partial void DeactivationFailed(ILogger log, GrainId grain, Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "One-way call {Method} of {Grain} failed")]
    internal static partial void OneWayFailed(ILogger log, string method, GrainId grain, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "A timer of {Grain} failed; it goes on")]
    internal static partial void TimerFailed(ILogger log, GrainId grain, Exception failure);
}
