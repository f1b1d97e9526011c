namespace Multipath.Protocol.Primitives;

/// <summary>Where keys, nonces, initial sequence numbers and ports come from.</summary>
/// <remarks>Outside of simulation it is a cryptographic source: who guesses a key can join the connection.</remarks>
public interface IEntropy
{
    /// <summary>Fills the whole span.</summary>
    /// <param name="destination">What is overwritten.</param>
    void Fill(Span<byte> destination);
}
