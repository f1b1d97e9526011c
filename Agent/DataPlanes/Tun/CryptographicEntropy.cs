using System.Security.Cryptography;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Keys, nonces and ports for connections over a real network: who guesses one can take part in it.</summary>
internal sealed class CryptographicEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
