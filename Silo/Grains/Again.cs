using Orleans.Storage;

namespace Multipath.Silo.Grains;

/// <summary>
/// Asks a grain a second time when its first write finds that the store is not as it left it, as after a restore from a backup or where
/// it was active elsewhere: nothing of that write is stored, and its next activation begins with what is. Only for what may be asked twice.
/// </summary>
internal static class Again
{
    /// <exception cref="InconsistentStateException">The second time too: somebody else goes on writing.</exception>
    public static async Task<T> AfterStaleWrite<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (InconsistentStateException)
        {
            return await ask();
        }
    }

    /// <inheritdoc cref="AfterStaleWrite{T}"/>
    public static Task AfterStaleWrite(Func<Task> ask) => AfterStaleWrite(async () =>
    {
        await ask();
        return true;
    });
}
