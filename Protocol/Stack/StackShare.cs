namespace Multipath.Protocol;

/// <summary>One stack's share of what several have in common, such as ports and tokens: the numbers that leave this rest.</summary>
/// <param name="Rest">From 0 to below the number of shares: the stack's place in its group.</param>
/// <param name="Shares">How many there are.</param>
/// <param name="Group">The stacks; null for one that is alone, or whose packets are sorted before it gets them.</param>
public readonly record struct StackShare(int Rest, int Shares, IStackGroup? Group = null)
{
    /// <summary>Whose share a number belongs to.</summary>
    public int OwnerOf(uint number) => (int)(number % (uint)Shares);

    /// <summary>Whether a number belongs to it.</summary>
    public bool Has(uint number) => OwnerOf(number) == Rest;

    /// <summary>The first number from this one on that belongs to it; after the highest comes 0.</summary>
    public uint FirstFrom(uint number)
    {
        while (!Has(number))
        {
            number++;
        }

        return number;
    }
}
