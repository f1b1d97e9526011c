using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class ThresholdGateTests
{
    private static readonly PathKey Path = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private readonly ThresholdGate _gate = new();

    public ThresholdGateTests() => _gate.Follow(Plan(20, new PathTarget(RttMs: 80)));

    [Fact]
    public void Both_directions_are_told_once_and_the_way_back_takes_a_clear_distance()
    {
        Assert.Equal([], Loss(19, 0));
        Assert.Equal(["loss 21% above 20%"], Loss(21, 100));
        Assert.Equal([], Loss(40, 200));
        Assert.Equal([], Loss(17, 300));
        Assert.Equal([], Loss(null, 400));
        Assert.Equal(["loss 16% below 20%"], Loss(16, 500));
        Assert.Equal([], Loss(19, 600));
    }

    [Fact]
    public void The_target_of_a_class_counts_as_well()
    {
        Assert.Equal(["rtt 81 ms above 80 ms"], Rtt(81, 0));
        Assert.Equal([], Rtt(70, 100));
        Assert.Equal(["rtt 60 ms below 80 ms"], Rtt(60, 200));
    }

    [Fact]
    public void Another_plan_brings_its_own_thresholds()
    {
        Loss(21, 0);
        _gate.Follow(Plan(30, null));
        Assert.Equal([], Loss(21, 100));
        Assert.Equal(["loss 31% above 30%"], Loss(31, 200));
        _gate.Follow(null);
        Assert.Equal([], Loss(100, 300));
    }

    [Fact]
    public void However_a_path_swings_few_crossings_are_told_at_once() => Prop.ForAll<byte[]>(values =>
    {
        var gate = new ThresholdGate();
        gate.Follow(Plan(20, new PathTarget(RttMs: 80, LossPct: 1)));
        List<int> told = [];
        for (var i = 0; i < values.Length * 20; i++)
        {
            var value = values[i % values.Length];
            var measured = new PathMeasurement(value, null, value % 101, null, 0, 0);
            told.AddRange(gate.Observe(Path, measured, At(100 * i)).Select(_ => 100 * i));
        }

        return told.All(first => told.Count(one => one >= first && one < first + 10_000) <= ThresholdGate.Budget);
    }).QuickCheckThrowOnFailure();

    private static PlanContent Plan(double lossPct, PathTarget? target) => new(
        "p",
        [new ClassPlan("voice", new TrafficMatch(), Objective.Latency, null, [], target)],
        PlanLimits.Default,
        HandoverRules.Default with { LossPct = lossPct });

    private string[] Loss(double? lossPct, int ms) => Observe(new PathMeasurement(null, null, lossPct, null, 0, 0), ms);

    private string[] Rtt(double rttMs, int ms) => Observe(new PathMeasurement(rttMs, null, null, null, 0, 0), ms);

    private string[] Observe(PathMeasurement measured, int ms) => [.. _gate.Observe(Path, measured, At(ms)).Select(one => one.Text)];

    private static DateTimeOffset At(int ms) => DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds(ms);
}
