using Google.Protobuf;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>A plan and its policy's text as the bytes of a <c>Plan</c> (agent.proto), for who keeps bytes and knows no protobuf.</summary>
internal static class PlanBytes
{
    public static byte[] Write(HostPlan plan, string policyYaml) => PlanWriter.ToWire(plan, policyYaml).ToByteArray();

    /// <param name="bytes">Of any origin.</param>
    /// <param name="policyYaml">The policy's text; empty when there is no plan.</param>
    public static PlanReading Read(ReadOnlySpan<byte> bytes, out string policyYaml)
    {
        policyYaml = "";
        try
        {
            var wire = Wire.Plan.Parser.ParseFrom(bytes);
            var reading = PlanReader.Read(wire);
            policyYaml = reading.Plan is null ? "" : wire.PolicyYaml;
            return reading;
        }
        catch (InvalidProtocolBufferException e)
        {
            return new PlanReading(null, e.Message);
        }
    }
}
