using System.Buffers;

namespace Grpc.Core;

/// <summary>Where one message is read from. Valid only during the deserialiser's call.</summary>
public abstract class DeserializationContext
{
    /// <summary>The length of the message in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message as an array of its own.</summary>
    /// <returns>A copy.</returns>
    public virtual byte[] PayloadAsNewBuffer() => PayloadAsReadOnlySequence().ToArray();

    /// <summary>The message in the transport's buffers.</summary>
    /// <returns>A view; must not outlive the deserialiser's call.</returns>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() =>
        throw new NotSupportedException("This context has no sequence.");
}
