using System.Net;
using System.Text.Json;
using Multipath.Policies.Model;
using Multipath.Silo.Grains.Host;
using Multipath.Silo.Hosting;

namespace Multipath.Silo.Tests.Hosting;

public sealed class StateCodecTests
{
    [Fact]
    public void A_hosts_record_is_the_same_after_a_round_trip()
    {
        var path = new PlannedPath(new PathKey("wlan0", IPAddress.Parse("2001:db8::2")), "wifi", PathRole.Active, "preferred");
        var match = new TrafficMatch(IPNetwork.Parse("203.0.113.0/24"), new PortRange(80, 443));
        var content = new PlanContent(
            "vans", [new ClassPlan("voice", match, Objective.Latency, null, [path])], PlanLimits.Default, HandoverRules.Default);
        var ledger = PlanLedger.Empty.Activate().Want(content, 3, 9);
        var troubled = ledger with { Trouble = new PlanTrouble(new PlanVersion(1, 1), "refused: no") };
        var record = new HostRecord { Ledger = troubled, AgentVersion = "1" };

        var text = StateCodec.Write(record);
        var read = StateCodec.Read<HostRecord>(text);

        Assert.Equal(record.Ledger, read.Ledger);
        Assert.Equal(text, StateCodec.Write(read));
        Assert.DoesNotContain("inFlight",
            StateCodec.Write(record with { Ledger = ledger.Push(ledger.NextPush!) }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"ledger":{"desired":{"plan":{"content":{"classes":7}}}}}""")]
    public void A_damaged_text_is_an_exception_of_one_kind(string text) =>
        Assert.ThrowsAny<JsonException>(() => StateCodec.Read<HostRecord>(text));
}
