using System.Net;
using Multipath.Contracts.Wire;
using Multipath.Silo.Grains;
using Multipath.Silo.Hosting;
using Multipath.Silo.Tests.Support;
using Orleans.Storage;

namespace Multipath.Silo.Tests.Storage;

/// <summary>A backup is put back while silos run: what operators ask next works at first, on what is stored now.</summary>
public sealed class RestoredUnderSilosTests
{
    private static readonly string Newer = Texts.Policy(wifi: 2, lte: 1);
    private static readonly string Newest = Texts.Policy(priority: 200);

    [Fact]
    public async Task A_policy_is_applied()
    {
        await using var silo = await TestSilo.Start();
        await PutBack(silo);
        var applied = await silo.Apply(Newest);
        // A revision that was in force is never another text's.
        Assert.Equal((ApplyResult.Changed, 3ul), (applied.Result, applied.Revision));
        await silo.Restart();
        Assert.Equal((3ul, Newest), await Stored(silo));
    }

    [Fact]
    public async Task A_policy_is_applied_by_HTTP_too()
    {
        await using var silo = await TestSilo.Start();
        await PutBack(silo);
        var answer = await silo.Http.PutAsync(new Uri("/api/v1/policies", UriKind.Relative), new StringContent(Newest));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((3ul, Newest), await Stored(silo));
    }

    [Fact]
    public async Task A_policy_is_deleted()
    {
        await using var silo = await TestSilo.Start();
        await PutBack(silo);
        await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" });
        await silo.Restart();
        Assert.Empty((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    public async Task What_finds_the_store_changed_is_asked_once_more_and_then_said_to_work_later(int stale, int asked)
    {
        var calls = 0;
        Task Ask() => ++calls <= stale ? throw new InconsistentStateException("somebody else wrote it") : Task.CompletedTask;
        var failure = await Record.ExceptionAsync(() => Again.AfterStaleWrite(Ask));
        Assert.Equal((asked, stale > 1), (calls, failure is not null));
        if (failure is not null)
        {
            Assert.EndsWith("; ask again in a moment.", Unavailability.Reason(failure), StringComparison.Ordinal);
        }
    }

    private static async Task PutBack(TestSilo silo)
    {
        await silo.Apply(Texts.Policy());
        silo.Ground.Save();
        await silo.Apply(Newer);
        silo.Ground.PutBack();
    }

    private static async Task<(ulong Revision, string Yaml)> Stored(TestSilo silo)
    {
        var policy = Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        return (policy.Revision, policy.Yaml);
    }
}
