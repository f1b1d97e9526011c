using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Grpc.Protocol;

/// <summary>
/// Writes messages as frames. A message of known length that is not compressed goes straight into the destination behind
/// its header; any other goes through a pooled buffer. One message at a time; reused for all messages of a stream.
/// </summary>
/// <param name="maxBytes">The longest message allowed, before compression.</param>
/// <param name="gzip">The level of compression; null for none.</param>
internal sealed class MessageWriter(int maxBytes, CompressionLevel? gzip) : SerializationContext
{
    private IBufferWriter<byte>? _destination;
    private PooledBuffer? _scratch;
    private int _length;
    private bool _compress;
    private bool _done;

    /// <summary>Writes one message.</summary>
    /// <exception cref="RpcException">The message is longer than allowed (ResourceExhausted).</exception>
    public void Write<T>(T message, Action<T, SerializationContext> serializer, IBufferWriter<byte> destination, WriteOptions? options)
    {
        _destination = destination;
        _length = -1;
        _compress = gzip is not null && (options is null || (options.Flags & WriteFlags.NoCompress) == 0);
        _done = false;
        try
        {
            serializer(message, this);
            if (!_done)
            {
                throw new InvalidOperationException("The serialiser did not complete its message.");
            }
        }
        finally
        {
            _scratch?.Release();
            _destination = null;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        EnsureAllowed(payloadLength);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_length < 0 || _compress)
        {
            return _scratch ??= new PooledBuffer();
        }

        WriteHeader(compressed: false, _length);
        return _destination!;
    }

    public override void Complete()
    {
        _done = true;
        if (_length < 0 || _compress)
        {
            WriteFrame(_scratch is null ? default : _scratch.WrittenSpan);
        }
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        _done = true;
        WriteFrame(payload);
    }

    private void WriteFrame(ReadOnlySpan<byte> message)
    {
        EnsureAllowed(message.Length);
        if (!_compress)
        {
            WriteHeader(compressed: false, message.Length);
            _destination!.Write(message);
            return;
        }

        var compressed = new PooledBuffer();
        try
        {
            Gzip.Compress(message, gzip!.Value, compressed);
            WriteHeader(compressed: true, compressed.Length);
            _destination!.Write(compressed.WrittenSpan);
        }
        finally
        {
            compressed.Release();
        }
    }

    private void WriteHeader(bool compressed, int length)
    {
        Frame.WriteHeader(_destination!.GetSpan(Frame.HeaderBytes), compressed, length);
        _destination.Advance(Frame.HeaderBytes);
    }

    private void EnsureAllowed(int length)
    {
        if (length > maxBytes)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"A message of {length} bytes is longer than the {maxBytes} that may be sent."));
        }
    }
}
