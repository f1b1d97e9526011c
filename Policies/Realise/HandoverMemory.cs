using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>The handovers of one connection.</summary>
/// <param name="Count">How many were begun; the newest one's number.</param>
/// <param name="Current">The one under way; null while there is none.</param>
/// <param name="NotBefore">None is begun before this, because the last one was taken back.</param>
public sealed record HandoverMemory(int Count, Handover? Current, DateTimeOffset NotBefore)
{
    /// <summary>There was none yet.</summary>
    public static HandoverMemory None { get; } = new(0, null, DateTimeOffset.MinValue);
}

/// <summary>A handover that is under way.</summary>
/// <param name="From">The subflows that are left, and which still answer.</param>
/// <param name="To">The subflow that has to carry.</param>
/// <param name="Left">False while the old ones carry beside the new one; true once they have been told to stop.</param>
/// <param name="Since">When that began.</param>
/// <param name="Began">When the handover began.</param>
/// <param name="Sent">What the new one had sent when it began, bytes.</param>
/// <param name="Acked">What of it was acknowledged then, bytes.</param>
/// <param name="OldSent">What the old ones had sent when they were left, bytes.</param>
public sealed record Handover(
    EquatableArray<SubflowEnds> From,
    SubflowEnds To,
    bool Left,
    DateTimeOffset Since,
    DateTimeOffset Began,
    ulong Sent,
    ulong Acked,
    ulong OldSent = 0);

/// <summary>How a handover goes.</summary>
public enum HandoverStage
{
    /// <summary>The new path is to carry beside the old one.</summary>
    Begun,

    /// <summary>The new path carries and the old one does not any more.</summary>
    Done,

    /// <summary>The new path did not carry: the old one stays in use.</summary>
    Reverted,
}

/// <summary>A step of a handover, to be told.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Number">Which handover of the connection; with the token it names one handover everywhere.</param>
/// <param name="Stage">What happened.</param>
/// <param name="To">The new path; null when the host does not have it any more.</param>
/// <param name="Text">From where to where and why, for a person.</param>
/// <param name="Took">Since it began.</param>
/// <param name="Failed">It was taken back because the new path did not carry, and not because the plan wants another one.</param>
public sealed record HandoverStep(
    uint Token, int Number, HandoverStage Stage, PathKey? To, string Text, TimeSpan Took, bool Failed = false)
{
    /// <summary><c>00c0ffee-2</c>.</summary>
    public string Id => IdOf(Token, Number);

    internal static string IdOf(uint token, int number) => FormattableString.Invariant($"{token:x8}-{number}");
}
