using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Storage;

/// <summary>
/// The fleet cannot follow a policy's change, and the policy's grain cannot take it back either: what is stored then says more than holds.
/// </summary>
public sealed class TakeBackTests
{
    /// <summary>The first write makes version 1, the change version 2; taking it back would be the third.</summary>
    private const string FleetAndTakingBack = "NEW.name = 'fleet' OR (NEW.name = 'policy' AND NEW.etag > 2)";

    private static readonly string Changed = Texts.Policy() + "\n# changed\n";

    [Fact]
    public async Task A_change_that_can_neither_be_made_nor_taken_back_is_not_in_force_and_its_revision_is_not_used_again()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        using (BrokenStore.Where(silo, FleetAndTakingBack))
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => silo.Apply(Changed));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        }

        Assert.Equal((1ul, Texts.Policy()), await Stored(silo));
        Assert.Equal((ApplyResult.Unchanged, 1ul), await Applied(silo, Texts.Policy()));

        await silo.Restart();
        Assert.Equal((ApplyResult.Unchanged, 1ul), await Applied(silo, Texts.Policy()));
        Assert.Equal((ApplyResult.Changed, 3ul), await Applied(silo, Changed));
        await silo.Restart();
        Assert.Equal((3ul, Changed), await Stored(silo));
        Assert.Equal((ApplyResult.Unchanged, 3ul), await Applied(silo, Changed));
    }

    [Fact]
    public async Task After_it_the_same_silo_goes_on_with_what_is_in_force()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        using (BrokenStore.Where(silo, FleetAndTakingBack))
        {
            await Assert.ThrowsAsync<RpcException>(() => silo.Apply(Changed));
        }

        Assert.Equal((ApplyResult.Changed, 3ul), await Applied(silo, Changed));
        Assert.Equal((3ul, Changed), await Stored(silo));
    }

    [Fact]
    public async Task A_deletion_that_can_neither_be_made_nor_taken_back_leaves_the_policy_there()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        using (BrokenStore.Where(silo, FleetAndTakingBack))
        {
            await Assert.ThrowsAsync<RpcException>(
                () => silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" }).ResponseAsync);
        }

        await silo.Restart();
        Assert.Equal((ApplyResult.Unchanged, 1ul), await Applied(silo, Texts.Policy()));
        await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" });
        Assert.Equal((ApplyResult.Created, 2ul), await Applied(silo, Texts.Policy()));
    }

    private static async Task<(ApplyResult Result, ulong Revision)> Applied(TestSilo silo, string yaml)
    {
        var reply = await silo.Apply(yaml);
        return (reply.Result, reply.Revision);
    }

    private static async Task<(ulong Revision, string Yaml)> Stored(TestSilo silo)
    {
        var policy = Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        return (policy.Revision, policy.Yaml);
    }
}
