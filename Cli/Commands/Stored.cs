using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary>Policies as the silo has them.</summary>
internal static class Stored
{
    /// <summary>The policy of that name; null when there is none.</summary>
    public static async Task<PolicyInfo?> FindAsync(Invocation run, string name)
    {
        var reply = await run.Fleet.Fleet.ListPoliciesAsync(new ListPoliciesRequest(), run.Fleet.Once);
        return reply.Policies.FirstOrDefault(policy => policy.Name == name);
    }
}
