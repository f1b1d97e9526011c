using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Interop.Tests.Support;
using Multipath.Policies.Model;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>The agent steers the userspace stack by a plan, as it does the kernel, and chooses its scheduler.</summary>
public sealed class PlanTests
{
    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: both}
        spec:
          hosts: ""
          paths:
          - {name: one, match: {interface: up1}, preference: 1}
          - {name: two, match: {interface: up2}, preference: 2}
          traffic:
          - {name: default, objective: aggregate, scheduler: redundant}
        """;

    [Fact]
    public async Task A_policy_adds_the_second_path_and_sets_the_scheduler()
    {
        // Ways of 10 ms there and back: with shorter ones the faster subflow has delivered most bytes before the other's turn comes.
        using var bed = Bed.Create(new BedOptions { Between = inner => new Disturber(inner, new Disturbance(0, 1, 5000), 3) });
        var log = new SharedLog();
        var options = new AgentOptions("host") { PolicyYaml = Policy, Log = log.Writer };
        var ground = new AgentGround(
            bed.Plane,
            new TunInventory(new TwoInterfaces(), [new TunUplink("up1", bed.Ours(1)), new TunUplink("up2", bed.Ours(2))]),
            new HostCapabilities(StackPlane.SchedulerNames.ToEquatableArray(), "test"),
            () => { });
        await using var agent = AgentHost.Start(options, ground);
        var pair = await bed.ConnectAsync(weConnect: true);
        await bed.HasSubflowsAsync(pair, 2);
        await Eventually.HoldsAsync("the agent chose", () => log.Text.Contains("schedule by redundant", StringComparison.Ordinal));
        await bed.ExchangeAsync(pair, 1_000_000);
        var info = await bed.InfoAsync(pair);
        Assert.True(info.BytesDuplicated > 200_000, $"only {info.BytesDuplicated} bytes went twice");
    }

    private sealed class TwoInterfaces : IPathInventory
    {
        public ImmutableArray<HostPath> Current { get; } =
        [
            new(new PathKey("up1", IPAddress.Parse("192.0.2.1")), 1, true, null),
            new(new PathKey("up2", IPAddress.Parse("192.0.2.2")), 2, true, null),
        ];

        public async IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return Current;
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        public void Dispose()
        {
        }
    }
}
