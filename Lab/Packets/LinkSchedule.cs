using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>What happens to a link at a time.</summary>
/// <param name="At">When.</param>
/// <param name="Link">The link's index in its network.</param>
internal abstract record LinkChange(Instant At, int Link);

/// <summary>The link behaves otherwise from now on.</summary>
internal sealed record KnobsChange(Instant At, int Link, LinkKnobs Knobs) : LinkChange(At, Link);

/// <summary>The link ceases or begins to carry packets.</summary>
internal sealed record StateChange(Instant At, int Link, LinkState State) : LinkChange(At, Link);

/// <summary>Plays changes of links on the virtual clock.</summary>
internal sealed class LinkSchedule : EventSource
{
    private readonly LinkChange[] _changes;
    private readonly NetworkCore _core;
    private readonly Action<LinkChange, Instant> _apply;
    private int _next;

    /// <summary>Sets the first change.</summary>
    internal LinkSchedule(NetworkCore core, IEnumerable<LinkChange> changes, Action<LinkChange, Instant> apply)
    {
        (_core, _apply) = (core, apply);
        _changes = [.. changes.OrderBy(change => change.At)];
        core.Loop.Add(this);
        core.Loop.Schedule(this, NextAt);
    }

    private Instant NextAt => _next == _changes.Length ? Instant.Never : _changes[_next].At;

    /// <inheritdoc/>
    internal override void HandleDue(Instant now)
    {
        while (NextAt <= now)
        {
            _apply(_changes[_next++], now);
        }

        _core.Loop.Schedule(this, NextAt);
    }
}
