using Multipath.Protocol.Congestion;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol;

/// <summary>Checks of what the owner of the stack hands in.</summary>
internal static class OptionChecks
{
    /// <summary>Checks a connection's options before anything is made with them.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or a size is none.</exception>
    public static void Check(ConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Schedulers.Names.Contains(options.Scheduler))
        {
            throw new ArgumentException($"'{options.Scheduler}' is no packet scheduler", nameof(options));
        }

        if (!CongestionControls.Names.Contains(options.Congestion))
        {
            throw new ArgumentException($"'{options.Congestion}' is no congestion control", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.SendBufferLimit, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.InitialReceiveWindow, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ReceiveBufferLimit, nameof(options));
    }
}
