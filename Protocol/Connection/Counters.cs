using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>What a connection counts.</summary>
internal sealed class Counters
{
    /// <summary>Bytes that the application wrote.</summary>
    public long BytesWritten { get; set; }

    /// <summary>Bytes that the peer acknowledged.</summary>
    public long BytesAcknowledged { get; set; }

    /// <summary>Bytes that came in order.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Bytes given to a second subflow because the first was slow or gone.</summary>
    public long BytesReinjected { get; set; }

    /// <summary>Bytes given to a second subflow because the scheduler sends copies.</summary>
    public long BytesDuplicated { get; set; }

    /// <summary>Checksums that were wrong.</summary>
    public int ChecksumFailures { get; set; }

    /// <summary>Joins that were completed.</summary>
    public int SubflowsJoined { get; set; }

    /// <summary>When the peer last acknowledged data.</summary>
    public Instant LastProgress { get; set; }
}
