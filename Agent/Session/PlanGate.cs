using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>Decides which plans are taken: only a successor of what runs, never again one that was refused.</summary>
internal sealed class PlanGate(PlanVersion? running)
{
    private PlanVersion? _refused;
    private string _refusal = "";
    private PlanVersion? _applying;

    /// <summary>The plan that runs whole.</summary>
    public PlanVersion? Running { get; private set; } = running;

    /// <summary>How the newest plan went, to be said again when the silo sends it again; null before the first.</summary>
    public PlanOutcome? LastOutcome { get; private set; }

    /// <returns>Null to take it; else why not.</returns>
    public string? Judge(PlanVersion offered)
    {
        if (Running is { } running && offered < running)
        {
            return $"plan {offered} is older than {running}, which runs";
        }

        if (_applying is { } applying && offered <= applying)
        {
            return $"plan {offered} is not newer than {applying}, which is being applied";
        }

        return _refused is { } refused && offered <= refused
            ? $"plan {offered} is not newer than {refused}, which was refused: {_refusal}"
            : null;
    }

    /// <summary>True when this plan was applied before, so that only its outcome need be said again.</summary>
    public bool IsKnown(PlanVersion offered) => offered == Running || offered == LastOutcome?.Version;

    public void Begin(PlanVersion version) => _applying = version;

    /// <summary>
    /// The plan was taken over; it counts as running even if parts of it were refused, for the silo decides what follows.
    /// </summary>
    public void Complete(PlanOutcome outcome)
    {
        _applying = null;
        Running = outcome.Version;
        LastOutcome = outcome;
    }

    public void Refuse(PlanVersion? version, string reason)
    {
        if (version is { } known && (_refused is not { } before || known > before))
        {
            (_refused, _refusal) = (known, reason);
        }
    }
}
