using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where one message is written. Either <see cref="Complete(byte[])"/> once, or <see cref="SetPayloadLength"/>,
/// <see cref="GetBufferWriter"/> and <see cref="Complete()"/> in this order.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Gives the whole message.</summary>
    /// <param name="payload">The message's bytes; the context owns them from now on.</param>
    public virtual void Complete(byte[] payload) => throw Unsupported();

    /// <summary>The writer for the message's bytes.</summary>
    /// <returns>A writer, valid until <see cref="Complete()"/>.</returns>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw Unsupported();

    /// <summary>Says how long the message will be, which lets it be written into the transport's buffer directly.</summary>
    /// <param name="payloadLength">The exact length in bytes.</param>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Says that the message is written.</summary>
    public virtual void Complete() => throw Unsupported();

    private static NotSupportedException Unsupported() => new("This context does not take messages that way.");
}
