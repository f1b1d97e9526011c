using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Writes what one end has to say as fast as the stack takes it, then says that this was all.</summary>
internal sealed class OutStream(Stack stack, Content content, long total)
{
    private const int Piece = 32 << 10;
    private long _offset;
    private bool _closed;

    /// <summary>All is written.</summary>
    internal bool IsDone => _closed;

    /// <summary>Bytes that the stack took.</summary>
    internal long Written => _offset;

    /// <summary>Writes on; to be called when there is room.</summary>
    internal void Run(ConnectionId connection, Instant now)
    {
        while (_offset < total)
        {
            var piece = content.At(_offset, (int)Math.Min(Piece, total - _offset));
            var taken = stack.Write(connection, piece, now);
            if (taken < 0)
            {
                return;
            }

            _offset += taken;
            if (taken < piece.Length)
            {
                return;
            }
        }

        if (!_closed)
        {
            _closed = true;
            stack.Close(connection, now);
        }
    }
}
