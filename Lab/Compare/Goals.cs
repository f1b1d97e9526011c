using Multipath.Lab.Baselines;
using Multipath.Lab.Net;

namespace Multipath.Lab.Compare;

/// <summary>What a handover by an agent can take on the lab's links; the physical floors are 15 ms up, 50 ms down and detection.</summary>
internal static class Goals
{
    /// <summary>Bulk without a backup has seconds of queued data to move; it is held against the kernel alone.</summary>
    private static readonly Goal _bulkActive = new(0.6, 0.5, OfBaseline: true);

    /// <summary>The longest gap that a case may show.</summary>
    public static Goal For(GapCase gapCase) => gapCase switch
    {
        { Bulk: true, Backup: false } => _bulkActive,
        { Bulk: true, Cut: Outage.Blackhole } => new Goal(300, 260),
        { Bulk: true } => new Goal(150, 122),
        { Cut: Outage.Blackhole } => new Goal(110, 80),
        { Direction: Direction.Upload } => new Goal(50, 30),
        _ => new Goal(80, 55),
    };
}
