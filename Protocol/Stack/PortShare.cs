namespace Multipath.Protocol;

/// <summary>One of several equal shares of all ports: those that leave this rest.</summary>
/// <param name="Rest">From 0 to below the number of shares.</param>
/// <param name="Shares">How many there are.</param>
public readonly record struct PortShare(int Rest, int Shares)
{
    /// <summary>Whether a port belongs to it.</summary>
    public bool Has(ushort port) => port % Shares == Rest;
}
