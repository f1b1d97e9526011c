using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.Mapping;
using Multipath.Agent.Session;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Tests.Mapping;

public sealed class AgentMessagesTests
{
    [Theory]
    [InlineData("nginx", "nginx")]
    [InlineData("a\u001b[2J\u0000", "a [2J ")]
    [InlineData("two\nlines", "two\nlines")]
    public void A_program_cannot_put_into_its_name_what_makes_a_report_unreadable(string name, string told) =>
        Assert.Equal(told, ProcessOf(name));

    [Fact]
    public void Nor_what_is_no_text_at_all() => Assert.Equal("half \ufffd of a pair", ProcessOf("half \ud83d of a pair"));

    [Fact]
    public void A_text_is_cut_to_what_the_silo_takes_and_not_within_a_character()
    {
        var text = new string('x', ReportLimits.Text - 2) + "\U0001F600";
        var told = Report([], [new HostOccurrence(DateTimeOffset.UnixEpoch, OccurrenceKind.Plan, 0, null, text)]).Occurrences[0].Text;
        Assert.Equal(new string('x', ReportLimits.Text - 2) + "…", told);
        Assert.True(told.Length <= ReportLimits.Text);
    }

    [Fact]
    public void An_answer_names_some_refusals_and_counts_the_others()
    {
        var refused = Enumerable.Range(0, ReportLimits.Actions + 3).Select(i => new ActionOutcome($"create {i}", "why", "EINVAL"));
        var outcome = new PlanOutcome(new PlanVersion(1, 1), [], refused.ToEquatableArray());
        var told = AgentMessages.ToWire(new AgentMessage.Ack(outcome), "van-1").PlanAck.Refused;
        Assert.Equal(ReportLimits.Actions + 1, told.Count);
        Assert.Equal(("create 255", "3 more actions"), (told[^2].Action, told[^1].Action));
    }

    [Theory]
    [InlineData(nameof(PlaneKind.Kernel), Wire.DataPlane.KernelUserspacePm)]
    [InlineData(nameof(PlaneKind.Tun), Wire.DataPlane.Tun)]
    [InlineData(nameof(PlaneKind.Other), Wire.DataPlane.Unspecified)]
    public void A_host_says_what_moves_its_data(string plane, Wire.DataPlane told)
    {
        var capabilities = new HostCapabilities([], "6.18", Enum.Parse<PlaneKind>(plane));
        var hello = new AgentMessage.Hello("van-1", ImmutableSortedDictionary<string, string>.Empty, "1", null, null, 0, capabilities);
        Assert.Equal(told, AgentMessages.ToWire(hello, "van-1").Hello.Capabilities.DataPlane);
    }

    private static string ProcessOf(string name)
    {
        var end = new IPEndPoint(IPAddress.Loopback, 1);
        return Report([new ConnectionObservation(1, true, end, end, [], "", name)], []).Connections[0].Process;
    }

    private static Wire.Report Report(
        EquatableArray<ConnectionObservation> connections, EquatableArray<HostOccurrence> occurrences) => AgentMessages.ToWire(
        new AgentMessage.Report(new ReportDelta(
            1, true, DateTimeOffset.UnixEpoch, [], [], connections, [], ImmutableSortedDictionary<string, ulong>.Empty, occurrences)),
        "van-1").Report;
}
