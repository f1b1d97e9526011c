using System.Buffers;
using Grpc.Core;

namespace Grpc.Protocol;

/// <summary>Turns the bytes of a stream into messages. One message at a time; reused for all messages of a stream.</summary>
/// <typeparam name="T">The message type.</typeparam>
/// <param name="deserializer">Reads one message.</param>
/// <param name="maxBytes">The longest message allowed, before and after decompression.</param>
/// <param name="encoding">The peer's <c>grpc-encoding</c>; null when it sent none.</param>
internal sealed class MessageReader<T>(Func<DeserializationContext, T> deserializer, int maxBytes, string? encoding)
    : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Reads the message at the front of a buffer.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="message">The message.</param>
    /// <param name="consumed">The end of the message's frame.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="RpcException">
    /// Internal: the frame, its compression or the message is malformed. ResourceExhausted: it is longer than allowed.
    /// Unimplemented: its encoding is unknown.
    /// </exception>
    public bool TryRead(in ReadOnlySequence<byte> buffer, out T message, out SequencePosition consumed)
    {
        message = default!;
        consumed = buffer.Start;
        switch (Frame.Parse(buffer, maxBytes, out var compressed, out var payload))
        {
            case FrameState.Incomplete:
                return false;
            case FrameState.BadFlag:
                throw Broken("A message starts with neither 0 nor 1.");
            case FrameState.TooLong:
                throw TooLong();
            default:
                message = compressed ? Decompress(payload) : Deserialize(payload);
                consumed = payload.End;
                return true;
        }
    }

    private static RpcException Broken(string detail, Exception? cause = null) => new(new Status(StatusCode.Internal, detail, cause));

    private RpcException TooLong() =>
        new(new Status(StatusCode.ResourceExhausted, $"A message is longer than the {maxBytes} bytes that may be received."));

    private T Decompress(in ReadOnlySequence<byte> payload)
    {
        if (encoding is null or HeaderNames.Identity)
        {
            throw Broken("A message is compressed although the stream says that none is.");
        }

        if (encoding != HeaderNames.Gzip)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, $"Messages in '{encoding}' are not understood."));
        }

        var plain = new PooledBuffer();
        try
        {
            return Gzip.TryDecompress(payload, maxBytes, plain)
                ? Deserialize(new ReadOnlySequence<byte>(plain.Written))
                : throw TooLong();
        }
        catch (InvalidDataException e)
        {
            throw Broken("A compressed message is malformed.", e);
        }
        finally
        {
            plain.Release();
        }
    }

    private T Deserialize(in ReadOnlySequence<byte> payload)
    {
        _payload = payload;
        try
        {
            return deserializer(this);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Broken("A message is malformed.", e);
        }
        finally
        {
            _payload = default;
        }
    }
}
