using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>Decides which plans are taken: only a successor of what was taken before, never again one that was refused.</summary>
/// <param name="kept">How the plan of an earlier run of the agent went when it was taken over at the start; null for none.</param>
internal sealed class PlanGate(PlanOutcome? kept)
{
    private PlanVersion? _refused;
    private string _refusal = "";

    /// <summary>The plan that runs whole; null while none does, as after one that the data plane refused in part.</summary>
    public PlanVersion? Running => LastOutcome is { Refused.IsEmpty: true } whole ? whole.Version : null;

    /// <summary>The plan that is being applied.</summary>
    public PlanVersion? Applying { get; private set; }

    /// <summary>How the newest plan went, to be said again when the silo sends it again; null before the first.</summary>
    public PlanOutcome? LastOutcome { get; private set; } = kept;

    /// <returns>Null to take it; else why not.</returns>
    public string? Judge(PlanVersion offered)
    {
        if (LastOutcome is { } last && offered < last.Version)
        {
            return $"plan {offered} is older than {last.Version}, which {(last.Refused.IsEmpty ? "runs" : "runs in part")}";
        }

        if (Applying is { } applying && offered <= applying)
        {
            return $"plan {offered} is not newer than {applying}, which is being applied";
        }

        return _refused is { } refused && offered <= refused
            ? $"plan {offered} is not newer than {refused}, which was refused: {_refusal}"
            : null;
    }

    public void Begin(PlanVersion version) => Applying = version;

    /// <summary>The plan was taken over, whole or in part: older ones are refused from now on.</summary>
    public void Complete(PlanOutcome outcome) => (Applying, LastOutcome) = (null, outcome);

    public void Refuse(PlanVersion? version, string reason)
    {
        if (version is { } known && (_refused is not { } before || known > before))
        {
            (_refused, _refusal) = (known, reason);
        }
    }
}
