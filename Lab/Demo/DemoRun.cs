using System.Globalization;
using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Lab.Output;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Demo;

/// <summary>
/// The main job, end to end: hosts and links, a silo with the scenario's policies, an agent on each host, traffic, and the scenario's
/// timeline; told to a view as it happens, summed up at the end.
/// </summary>
/// <param name="scenario">What to run.</param>
/// <param name="policies">What the silo is to follow.</param>
/// <param name="makeNetwork">Makes what it runs on.</param>
/// <param name="view">Who is told.</param>
internal sealed class DemoRun(
    Scenario scenario, IReadOnlyList<PolicyFile> policies, Func<Scenario, IScenarioNetwork> makeNetwork, IRunView view)
{
    private static readonly TimeSpan _settleLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _snapshotEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private DateTimeOffset _start = DateTimeOffset.UtcNow;

    /// <summary>Runs the scenario once.</summary>
    /// <exception cref="TimeoutException">A host did not settle on its plan.</exception>
    public async Task<RunSummary> RunAsync(CancellationToken cancellation)
    {
        using var network = makeNetwork(scenario);
        Tell(DateTimeOffset.UtcNow, "lab", "hosts", string.Join(' ', network.Hosts));
        await using var fleet = new DemoFleet();
        await fleet.StartSiloAsync(policies);
        var timeline = new FleetTimeline(fleet.Client, (atUs, source, kind, text) =>
            Tell(DateTimeOffset.UnixEpoch.AddMicroseconds(atUs), source, kind, text));
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = timeline.RunAsync(watching.Token);
        foreach (var host in scenario.Hosts)
        {
            fleet.StartAgent(host, network.StartAgent);
        }

        await fleet.SettleAsync(scenario.Hosts, _settleLimit, cancellation);

        var results = await PlayAsync(network, fleet, cancellation);
        await watching.CancelAsync();
        await watch;
        var summary = Sum(network.DataPlane, results, timeline);
        view.Show(summary);
        return summary;
    }

    private async Task<IReadOnlyList<(ScenarioTraffic Traffic, TransferResult Result)>> PlayAsync(
        IScenarioNetwork network, DemoFleet fleet, CancellationToken cancellation)
    {
        _start = DateTimeOffset.UtcNow;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var transfers = scenario.Traffic.Select(traffic => StartAsync(network, traffic, cancellation)).ToArray();
        var looking = LookAsync(fleet, transfers, ended.Token);
        await network.PlayAsync(done => Tell(DateTimeOffset.UtcNow, "scenario", "link", Describe(done)), TimeProvider.System, cancellation);
        var results = new List<(ScenarioTraffic, TransferResult)>();
        foreach (var (traffic, started) in scenario.Traffic.Zip(transfers))
        {
            var result = await (await started).WaitAsync(cancellation);
            results.Add((traffic, result));
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"{traffic.Name}: {result.ReceivedBytes / 1e6:0.0} MB, longest gap {result.LongestGapMs:0} ms "
                + $"after {result.LongestGapAfterSeconds:0.00} s");
            Tell(DateTimeOffset.UtcNow, "traffic", "end", text);
        }

        await ended.CancelAsync();
        await looking;
        return results;
    }

    private async Task<IRunningTransfer> StartAsync(
        IScenarioNetwork network, ScenarioTraffic traffic, CancellationToken cancellation)
    {
        if (traffic.At > TimeSpan.Zero)
        {
            await Task.Delay(traffic.At, cancellation);
        }

        var direction = traffic.Direction.ToString().ToLowerInvariant();
        Tell(DateTimeOffset.UtcNow, "traffic", "start", $"{traffic.Name}: {direction} between {traffic.Client} and {traffic.Server}");
        return network.Start(traffic);
    }

    private async Task LookAsync(DemoFleet fleet, IReadOnlyList<Task<IRunningTransfer>> transfers, CancellationToken ended)
    {
        // The host that the live view shows: the first client.
        var host = scenario.Traffic[0].Client;
        var rate = new RateMeter();
        using var every = new PeriodicTimer(_snapshotEvery);
        try
        {
            while (await every.WaitForNextTickAsync(ended))
            {
                var bytes = transfers.Where(started => started.IsCompletedSuccessfully).Sum(started => started.Result.ReceivedBytes);
                var detail = await fleet.Client.GetHostAsync(new GetHostRequest { Host = host }, cancellationToken: ended);
                var at = DateTimeOffset.UtcNow - _start;
                var snapshot = SnapshotReader.Read(detail, at, rate.Add(at, bytes));
                lock (_gate)
                {
                    view.Show(snapshot);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException)
        {
            // The run is over, or the silo was stopped on purpose.
        }
    }

    private void Tell(DateTimeOffset at, string source, string kind, string text)
    {
        lock (_gate)
        {
            view.Show(new TimelineEntry(at - _start, source, kind, text));
        }
    }

    private static string Describe(ScenarioEvent done) => $"{done.Link}: {(done.Note.Length > 0 ? done.Note : done.Change)}";

    private RunSummary Sum(
        string dataPlane, IReadOnlyList<(ScenarioTraffic Traffic, TransferResult Result)> results, FleetTimeline timeline)
    {
        var bytes = results.Sum(one => one.Result.ReceivedBytes);
        var seconds = results.Max(one => (one.Traffic.At + one.Traffic.Duration).TotalSeconds);
        List<string> problems =
        [
            .. results.Where(one => one.Result.Failure is not null).Select(one => $"{one.Traffic.Name}: {one.Result.Failure}"),
            .. results.Where(one => !one.Result.IsMptcp).Select(one => $"{one.Traffic.Name}: fell back to plain TCP"),
            .. RunProblems.Of(scenario.Timeline.Count > 0, timeline.Reports, timeline.Plans, timeline.Actions),
        ];
        return new RunSummary(
            scenario.Name,
            dataPlane,
            results.All(one => one.Result.IsIntact),
            bytes,
            bytes * 8 / 1e6 / seconds,
            results.Max(one => one.Result.LongestGapMs),
            timeline.Reports,
            timeline.Plans,
            timeline.Actions,
            timeline.Refused,
            problems);
    }
}
