namespace Multipath.Protocol.Primitives;

/// <summary>The mixing step of the hashes of this assembly.</summary>
internal static class Mix
{
    // Fractional bits of the square roots of 2 and 3: odd, dense and above suspicion.
    private const ulong Left = 0x6A09_E667_F3BC_C909;
    private const ulong Right = 0xBB67_AE85_84CA_A73B;

    /// <summary>Both halves of a 128-bit product, folded onto each other.</summary>
    public static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a ^ Left, b ^ Right, out var low);
        return high ^ low;
    }
}
