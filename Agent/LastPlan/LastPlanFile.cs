using System.Buffers.Binary;
using System.Security.Cryptography;
using Multipath.Agent.Mapping;
using Multipath.Policies.Model;

namespace Multipath.Agent.LastPlan;

/// <summary>A plan that is kept, with the policy's text.</summary>
internal sealed record KeptPlan(HostPlan Plan, string PolicyYaml);

/// <summary>
/// The file's bytes. Pure.
/// <code>
///  0      4      5      9                41
/// +------+------+------+----------------+---------------+
/// | MPLP | form | size | SHA-256 of     | Plan protobuf |
/// |      |  1   | LE   | the protobuf   | (agent.proto) |
/// +------+------+------+----------------+---------------+
/// </code>
/// </summary>
internal static class LastPlanFile
{
    private const byte Form = 1;
    private const int HeaderSize = 4 + 1 + 4 + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "MPLP"u8;

    public static byte[] Write(KeptPlan kept)
    {
        var body = PlanBytes.Write(kept.Plan, kept.PolicyYaml);
        var file = new byte[HeaderSize + body.Length];
        Magic.CopyTo(file);
        file[4] = Form;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(5), body.Length);
        SHA256.HashData(body, file.AsSpan(9, SHA256.HashSizeInBytes));
        body.CopyTo(file.AsSpan(HeaderSize));
        return file;
    }

    /// <returns>The plan, or why there is none to be had in these bytes.</returns>
    public static (KeptPlan? Kept, string Error) Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderSize || !file.StartsWith(Magic))
        {
            return (null, "it is no plan file");
        }

        if (file[4] != Form)
        {
            return (null, $"its form is {file[4]}, this agent reads {Form}");
        }

        var body = file[HeaderSize..];
        if (BinaryPrimitives.ReadInt32LittleEndian(file[5..]) != body.Length)
        {
            return (null, "it is cut short or too long");
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        if (!hash.SequenceEqual(file.Slice(9, SHA256.HashSizeInBytes)))
        {
            return (null, "its checksum is wrong");
        }

        var reading = PlanBytes.Read(body, out var policyYaml);
        return reading.Plan is { } plan ? (new KeptPlan(plan, policyYaml), "") : (null, reading.Error);
    }
}
