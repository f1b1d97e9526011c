using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Multipath.Silo.Tests.Hosting;

/// <summary>What crosses between silos arrives as it was sent.</summary>
public sealed class WireFormTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("2001:db8::2"));
    private static readonly ImmutableSortedDictionary<string, string> Labels =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("class", "van").Add("Depot", "3");

    private static readonly ImmutableSortedDictionary<string, ulong> Counters =
        ImmutableSortedDictionary.Create<string, ulong>(StringComparer.Ordinal).Add("MPTcpExt", ulong.MaxValue);

    private static readonly HostPlan Plan = new(
        new PlanVersion(3, 7),
        new PlanVersion(3, 6),
        9,
        new PlanContent(
            "vans",
            [
                new ClassPlan(
                    "voice",
                    new TrafficMatch(IPNetwork.Parse("203.0.113.0/24"), new PortRange(80, 443)),
                    Objective.Latency,
                    "redundant",
                    [new PlannedPath(Wifi, "wifi", PathRole.Active, "preferred")]),
            ],
            PlanLimits.Default,
            HandoverRules.Default));

    private static readonly HostCapabilities Capabilities = new("tun", ["minRtt", "ecf"], "6.1");
    private static readonly PolicyDocument Policy = new("vans", 2, 100, "class=van", "kind: Policy\n", Noon);
    private static readonly PathObservation Path = new(Wifi, PathState.Silent, IPAddress.Loopback, 20.5, 1, 0.1, 1e6, 1, 2, 3);
    private static readonly HostSummary Summary =
        new("van-1", HostStatus.Updating, "vans", Plan.Version, null, 1, 2, 3, Noon, Labels);

    private static readonly HostOccurrence Occurrence = new(Noon, "reflex", 5, Wifi, "wlan0 is silent");
    private static readonly ConnectionReport Connection = new(
        7,
        true,
        IPEndPoint.Parse("10.0.0.1:80"),
        null,
        [new SubflowReport(new SubflowState(IPEndPoint.Parse("10.0.0.1:80"), IPEndPoint.Parse("[::1]:9"), 1, 2, true, false), 9, 8, 7, 6)],
        "voice",
        "curl");

    private static readonly Serializer Serializer =
        new ServiceCollection().AddSerializer(SiloCluster.AddPoliciesCodec).BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly object[] Samples =
    [
        new HostHello("s", Labels, "1.0", Plan.Version, 4, Capabilities),
        new HostReport("s", 5, true, [Path], [Wifi], [Connection], [1, 2], [Occurrence], Counters, Noon),
        new ReportVerdict(ReportOutcome.Gap, "report 7 came after 1"),
        new PlanAcknowledgement("s", Plan.Version, 3, ["no such subflow"], "trace"),
        new PlanRefusal("s", Plan.Version, null, "too old"),
        new PlanOffer(Plan, Policy.Yaml, null),
        new Governance(8, Policy, Noon, "trace"),
        new HostDescription(Summary, [Path], [Connection], Plan, "", [Occurrence], Counters, "1.0", Capabilities, 9),
        Summary,
        new FleetSnapshot(4, [Policy], [Summary]),
        new PolicyDraft("vans", 1, "class=van", "kind: Policy\n"),
        Policy,
        new PolicyApplied("vans", 3, ApplyOutcome.Changed, ["van-1", "van-2"]),
        new EquatableArray<FleetHappening>([new FleetHappening(Noon, "van-1", "acked", "", Plan.Version)]),
        new EquatableArray<string>(["van-1"]),
    ];

    [Fact]
    public void Every_argument_and_result_arrives_as_it_was_sent() => Assert.All(Samples, sample =>
    {
        var read = Serializer.Deserialize<object>(Serializer.SerializeToArray<object>(sample));
        Assert.Equal(sample.GetType(), read?.GetType());
        Assert.Equal(StateCodec.Write(sample), StateCodec.Write(read));
    });

    [Fact]
    public void Nothing_crosses_of_which_there_is_no_sample()
    {
        var crossing = typeof(IHostGrain).Assembly.GetExportedTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)
                .Concat(method.ReturnType.GetGenericArguments()))
            .Select(type => Nullable.GetUnderlyingType(type) ?? type)
            .Where(type => !type.IsInterface && !type.IsEnum && type.Assembly != typeof(string).Assembly);
        Assert.Empty(crossing.Distinct().Except(Samples.Select(sample => sample.GetType())));
    }

    [Fact]
    public void A_store_that_fails_is_told_across_silos()
    {
        var sent = new StoreException("The disk is full.") { IsDoubtful = true };
        var told = Assert.IsType<StoreException>(Serializer.Deserialize<Exception>(Serializer.SerializeToArray<Exception>(sent)));
        Assert.Equal((sent.Message, true), (told.Message, told.IsDoubtful));
    }
}
