using Multipath.Agent.Session;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>
/// The silo's messages, checked. A silo is trusted to steer, not to be free of mistakes: absurd numbers are brought into range.
/// </summary>
internal static class SiloMessages
{
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultReport = TimeSpan.FromSeconds(1);

    public static SiloMessage FromWire(Wire.SiloMessage wire) => wire.BodyCase switch
    {
        Wire.SiloMessage.BodyOneofCase.Welcome => new SiloMessage.Welcome(
            Between(wire.Welcome.HeartbeatIntervalMs, 100, 300_000, DefaultHeartbeat),
            Between(wire.Welcome.ReportIntervalMs, 10, 60_000, DefaultReport),
            wire.Welcome.Silo),
        Wire.SiloMessage.BodyOneofCase.Plan => ReadPlan(wire.Plan),
        Wire.SiloMessage.BodyOneofCase.FullReportRequest => new SiloMessage.FullReportRequest(wire.FullReportRequest.Reason),
        Wire.SiloMessage.BodyOneofCase.Heartbeat => new SiloMessage.Heartbeat(wire.Heartbeat.Sequence),
        _ => new SiloMessage.Unknown(),
    };

    private static SiloMessage ReadPlan(Wire.Plan wire)
    {
        var reading = PlanReader.Read(wire);
        return reading.Plan is { } plan
            ? new SiloMessage.Plan(plan, wire.PolicyYaml, wire.Traceparent)
            : new SiloMessage.UnreadablePlan(WireValues.Version(wire.Version), reading.Error);
    }

    private static TimeSpan Between(uint milliseconds, uint least, uint most, TimeSpan unset) =>
        milliseconds == 0 ? unset : TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, least, most));
}
