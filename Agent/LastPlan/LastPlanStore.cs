namespace Multipath.Agent.LastPlan;

/// <summary>
/// Keeps the last plan on disk, so that an agent that starts while the silo is away goes on with it. Replaced whole: written beside,
/// flushed to the disk, then renamed, so that after a power cut either the old or the new one is there.
/// </summary>
/// <param name="directory">Made when absent, for its owner only.</param>
internal sealed class LastPlanStore(string directory)
{
    /// <summary>A plan is some kilobytes; a larger file is not one of ours.</summary>
    private const int SizeLimit = 8 * 1024 * 1024;

    /// <summary>Where the plan is kept.</summary>
    public string FileName { get; } = Path.Combine(directory, "last-plan");

    /// <returns>Null when it is safe on the disk; else why not, and the one before is still there.</returns>
    public string? Save(KeptPlan kept)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var beside = FileName + ".new";
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(LastPlanFile.Write(kept));
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, FileName, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot keep the plan in {FileName}: {e.Message}";
        }
    }

    /// <returns>The plan; nothing at all when none was kept; or a warning when what is there cannot be used.</returns>
    public (KeptPlan? Kept, string? Warning) Load()
    {
        try
        {
            var file = new FileInfo(FileName);
            if (!file.Exists)
            {
                return (null, null);
            }

            if (file.Length > SizeLimit)
            {
                return (null, $"the last plan in {FileName} is not used: it is too large");
            }

            var (kept, error) = LastPlanFile.Read(File.ReadAllBytes(FileName));
            return kept is null ? (null, $"the last plan in {FileName} is not used: {error}") : (kept, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"the last plan in {FileName} cannot be read: {e.Message}");
        }
    }
}
