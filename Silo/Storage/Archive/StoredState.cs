namespace Multipath.Silo.Storage.Archive;

/// <summary>One state of one grain, as every store keeps it.</summary>
/// <param name="Name">The state's name, which is also what kind of grain it is of: host, policy or fleet.</param>
/// <param name="Key">The grain's key.</param>
/// <param name="Body">JSON (see <see cref="Hosting.StateCodec"/>).</param>
internal sealed record StoredState(string Name, string Key, string Body);

/// <summary>What an import did.</summary>
/// <param name="Removed">States that were there before.</param>
/// <param name="Written">States that are there now.</param>
internal readonly record struct ImportCount(long Removed, long Written);
