using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Mapping;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Tests.Mapping;

public sealed class PlanReaderTests
{
    [Fact]
    public void A_plan_comes_back_as_it_was_written()
    {
        var plan = Example();
        Assert.Equal(plan, PlanReader.Read(PlanWriter.ToWire(plan, "yaml")).Plan);
    }

    [Fact]
    public void A_plan_without_version_is_none() => Refused("the plan has no version", wire => wire.Version = null);

    [Fact]
    public void A_class_needs_a_name() =>
        Refused("class '': a class has a name, and its texts are short", wire => wire.Classes[0].Name = "");

    [Fact]
    public void A_path_needs_an_address() => Refused(
        "class 'voice': a path without address, interface or role",
        wire => wire.Classes[0].Paths[0].Path.Address = ByteString.CopyFrom(1, 2, 3));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void A_target_is_a_time_and_a_share(double absurd)
    {
        Refused("class 'voice': its target is out of range", wire => wire.Classes[0].Target.RttMs = absurd);
        Refused("class 'voice': its target is out of range", wire => wire.Classes[0].Target.LossPct = absurd);
    }

    [Fact]
    public void A_role_must_be_known() => Refused(
        "class 'voice': a path without address, interface or role", wire => wire.Classes[0].Paths[0].Role = (Wire.PathRole)77);

    [Fact]
    public void Limits_are_the_kernels() =>
        Refused("limits are at most 8, and one subflow at least", wire => wire.Limits.Subflows = 9);

    [Fact]
    public void A_loss_of_no_number_is_out_of_range() =>
        Refused("the handover rules are out of range", wire => wire.Handover.LossPct = double.NaN);

    [Fact]
    public void A_network_must_be_one() => Refused(
        "class 'voice': its match is no network or no port range", wire => wire.Classes[0].Match.Remote = "10.0.0.1/99");

    [Fact]
    public void A_port_range_must_be_one() => Refused(
        "class 'voice': its match is no network or no port range", wire => wire.Classes[0].Match.RemotePorts.Last = 70_000);

    [Fact]
    public void A_class_is_named_once() => Refused("two classes have one name", wire => wire.Classes[1].Name = "voice");

    [Fact]
    public void A_path_is_named_once() =>
        Refused("class 'voice': a path is named twice", wire => wire.Classes[0].Paths[1].Path = wire.Classes[0].Paths[0].Path);

    [Fact]
    public void Hostile_bytes_are_a_plan_or_a_reason() => Prop.ForAll<byte[]>(bytes =>
    {
        var good = PlanBytes.Write(Example(), "yaml");
        for (var i = 0; i < bytes.Length; i++)
        {
            good[(bytes[i] * 7 + i * 31) % good.Length] ^= bytes[i];
        }

        var reading = PlanBytes.Read(good, out var policyYaml);
        return (reading.Plan is null) != (reading.Error.Length == 0) && (reading.Plan is not null || policyYaml.Length == 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hostile_files_are_a_plan_or_a_reason() => Prop.ForAll<byte[]>(bytes =>
    {
        var (kept, error) = LastPlanFile.Read(bytes);
        return kept is null && error.Length > 0;
    }).QuickCheckThrowOnFailure();

    internal static HostPlan Example(ulong epoch = 2, ulong generation = 9) => new(
        new PlanVersion(epoch, generation),
        new PlanVersion(2, 8),
        41,
        new PlanContent(
            "vans",
            [
                new ClassPlan(
                    "voice",
                    new TrafficMatch(IPNetwork.Parse("203.0.113.0/24"), new PortRange(5060, 5061), new PortRange(1, 65535)),
                    Objective.Latency,
                    "redundant",
                    [
                        new PlannedPath(new PathKey("wlan0", IPAddress.Parse("10.1.0.2")), "wifi", PathRole.Active, "lowest"),
                        new PlannedPath(new PathKey("wwan0", IPAddress.Parse("2001:db8::1")), "lte", PathRole.Backup, "stands by"),
                        new PlannedPath(new PathKey("sat0", IPAddress.Parse("100.64.0.2")), "sat", PathRole.Avoid, "dear"),
                    ],
                    new PathTarget(RttMs: 80)),
                new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, []),
            ],
            new PlanLimits(3, 2),
            HandoverRules.Default));

    private static void Refused(string reason, Action<Wire.Plan> spoil)
    {
        var wire = PlanWriter.ToWire(Example(), "yaml");
        spoil(wire);
        Assert.Equal(new PlanReading(null, reason), PlanReader.Read(wire));
    }
}
