using System.Buffers;
using System.IO.Compression;

namespace Grpc.Protocol;

/// <summary>Single messages in gzip.</summary>
internal static class Gzip
{
    private const int ChunkBytes = 4096;

    public static void Compress(ReadOnlySpan<byte> message, CompressionLevel level, PooledBuffer destination)
    {
        using var gzip = new GZipStream(new WriterStream(destination), level);
        gzip.Write(message);
    }

    /// <summary>Decompresses into a buffer, never further than allowed: a small message may stand for a huge one.</summary>
    /// <returns>False when the message would be longer than allowed.</returns>
    /// <exception cref="InvalidDataException">The bytes are no gzip.</exception>
    public static bool TryDecompress(in ReadOnlySequence<byte> compressed, int maxBytes, PooledBuffer destination)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed.ToArray(), writable: false), CompressionMode.Decompress);
        while (true)
        {
            var read = gzip.Read(destination.GetSpan(ChunkBytes));
            if (read == 0)
            {
                return true;
            }

            destination.Advance(read);
            if (destination.Length > maxBytes)
            {
                return false;
            }
        }
    }

    private sealed class WriterStream(PooledBuffer destination) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override void Write(ReadOnlySpan<byte> buffer) => destination.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => destination.Write(buffer.AsSpan(offset, count));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
