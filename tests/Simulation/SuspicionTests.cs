using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Runs;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Simulation.Tests;

/// <summary>How often a living path is suspected, and what that costs on another one that is dearer.</summary>
public sealed class SuspicionTests(ITestOutputHelper output)
{
    private static readonly LaneKnobs _wifi = LaneKnobs.OfRoundTrip(20, 20);
    private static readonly LaneKnobs _lte = LaneKnobs.OfRoundTrip(10, 50);
    private static readonly Duration _time = Duration.FromSeconds(60);

    /// <remarks>
    /// The copies are what cheapestFirst puts on the dearer path. Without the memory of false suspicions they would be far more.
    /// </remarks>
    [Theory]
    [InlineData("ecf", 0, 0)]
    [InlineData("cheapestFirst", 36, 3)]
    [InlineData("backup", 1, 0.1)]
    public void A_stream_on_a_path_that_loses_and_jitters_is_copied_in_small_part(string scheduler, int suspicions, double percent)
    {
        var knobs = _wifi with
        {
            Loss = LossModel.Random(0.01),
            Jitter = Duration.FromMillis(30),
            JitterEvery = Duration.FromMillis(50),
        };
        var run = new Run(scheduler, knobs, Duration.FromMicros(6554));
        output.WriteLine($"{scheduler}: {run.Suspicions} suspicions, {run.Copied} of {run.Sent} bytes");
        Assert.InRange(run.Suspicions, 0, suspicions);
        Assert.InRange(run.Copied * 100.0 / run.Sent, 0, percent);
    }

    [Theory]
    [InlineData("ecf")]
    [InlineData("cheapestFirst")]
    public void Bulk_that_fills_its_own_queue_is_not_suspected(string scheduler) =>
        Assert.Equal(0, new Run(scheduler, _wifi with { QueueBytes = 1 << 20 }, Duration.Zero).Suspicions);

    private sealed class Run
    {
        private readonly SubflowInfo[] _subflows = new SubflowInfo[SubflowView.MaxSubflows];

        internal Run(string scheduler, LaneKnobs first, Duration every)
        {
            var options = new ConnectionOptions { Scheduler = scheduler };
            PathPlan[] paths = [new(LinkKnobs.Same(first)), new(LinkKnobs.Same(_lte)) { CostClass = 1 }];
            var plan = new TransferPlan { Seed = 1, Paths = paths, Client = options, Server = options };
            var hosts = new TwoHosts(plan.Seed, plan.IsV6, plan.Paths);
            var (client, server) = (hosts.MakeClient(plan.Mtu), hosts.MakeServer(plan.Mtu));
            var clientPaths = new ClientPaths(client, plan, hosts.Addresses, hosts.Server);
            var sink = new MessageSink(server, server.Listen(hosts.Any, options));
            var source = new MessageSource(client, clientPaths, new Instant(2_000_000), every);
            var connection = client.Connect(new Endpoint(hosts.Addresses[0], 0), hosts.Server, options, hosts.Network.Now);
            hosts.Join(new StackNode(client, source), new StackNode(server, sink));
            hosts.Network.Start();
            var wasStale = false;
            for (var now = new Instant(0); now < new Instant(2_000_000) + _time; now += Duration.FromMillis(1))
            {
                hosts.Network.RunUntil(now);
                var count = client.GetSubflows(connection, _subflows);
                var isStale = _subflows.Take(count).Any(one => one.LocalId == 0 && one.Stale);
                Suspicions += isStale && !wasStale ? 1 : 0;
                wasStale = isStale;
            }

            Assert.True(client.TryGetInfo(connection, out var info));
            (Sent, Copied) = (info.BytesAcknowledged, info.BytesReinjected);
        }

        internal int Suspicions { get; }

        internal long Sent { get; }

        internal long Copied { get; }
    }
}
