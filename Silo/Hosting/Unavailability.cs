using Multipath.Silo.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>Tells what will work later from what is at fault.</summary>
internal static class Unavailability
{
    /// <summary>Why what was asked for could not be done now, for who asked; null for any other failure.</summary>
    public static string? Reason(Exception failure) => failure switch
    {
        StoreException store => store.Message,
        InconsistentStateException =>
            "What is stored was changed meanwhile, as by a restore or by another silo that takes over; ask again in a moment.",
        OrleansMessageRejectionException or TimeoutException =>
            "The silo that has what was asked for does not answer; ask again in a moment. A change may have been made.",
        _ => null,
    };
}
