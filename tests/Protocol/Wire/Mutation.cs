using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Wire;

/// <summary>Packets that once were valid: bytes changed, mostly in the headers, cut short or made longer.</summary>
internal static class Mutation
{
    private const int Headers = 100;

    public static byte[] Of(byte[] packet, ulong seed)
    {
        var entropy = new SeededEntropy(~seed);
        var changed = packet.ToArray();
        for (var changes = entropy.Below(6); changes > 0; changes--)
        {
            var reach = entropy.Below(4) == 0 ? changed.Length : Math.Min(Headers, changed.Length);
            changed[entropy.Below(reach)] = entropy.Below(3) switch
            {
                0 => (byte)entropy.Below(256),
                1 => (byte)(changed[entropy.Below(reach)] ^ (1 << entropy.Below(8))),
                _ => (byte)(entropy.Below(2) * 0xFF),
            };
        }

        return entropy.Below(4) switch
        {
            0 => changed[..entropy.Below(changed.Length + 1)],
            1 => [.. changed, .. packet],
            _ => changed,
        };
    }
}
