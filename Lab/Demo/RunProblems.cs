namespace Multipath.Lab.Demo;

/// <summary>What is not as it must be when a run ends although everything arrived: a run that steered nothing shows nothing.</summary>
internal static class RunProblems
{
    /// <summary>The problems; none when the fleet was steered.</summary>
    /// <param name="eventful">Something happened to a link, so that somebody has to tell of it and to act on it.</param>
    /// <param name="reports">Reports that the silo took.</param>
    /// <param name="plans">Plans that it pushed.</param>
    /// <param name="actions">Actions that the agents carried out.</param>
    internal static IEnumerable<string> Of(bool eventful, int reports, int plans, int actions)
    {
        if (plans == 0)
        {
            yield return "the silo pushed no plan";
        }

        if (eventful && reports == 0)
        {
            yield return "no agent reported anything";
        }

        if (eventful && actions == 0)
        {
            yield return "no agent did anything";
        }
    }
}
