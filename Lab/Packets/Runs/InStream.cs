using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Reads what the other end says, at its pace, and compares it with what is to come.</summary>
/// <param name="stack">What it reads from.</param>
/// <param name="content">What is to come.</param>
/// <param name="total">How much of it.</param>
/// <param name="unread">Bytes at its end that are left lying; 0 to read on to the end.</param>
/// <param name="pace">How it reads.</param>
internal sealed class InStream(Stack stack, Content content, long total, long unread, ReadPace pace)
{
    private const int Piece = 64 << 10;
    private readonly byte[] _buffer = new byte[pace.Bytes > 0 ? pace.Bytes : Piece];
    private bool _pending;

    /// <summary>When it reads on by itself.</summary>
    internal Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Bytes that came.</summary>
    internal long Read { get; private set; }

    /// <summary>Bytes that were wrong.</summary>
    internal long Wrong { get; private set; }

    /// <summary>Offset of the first wrong byte; -1 for none.</summary>
    internal long FirstWrong { get; private set; } = -1;

    /// <summary>The end came.</summary>
    internal bool IsDone { get; private set; }

    /// <summary>The connection was gone before the end came.</summary>
    internal bool IsGone { get; private set; }

    /// <summary>It has read all that it wants.</summary>
    internal bool HasLeft => unread > 0 && Read >= total - unread;

    /// <summary>Bytes that it wants.</summary>
    internal long Wanted => Math.Max(0, total - unread);

    /// <summary>There is something to read.</summary>
    internal void HandleReadable() => _pending = true;

    /// <summary>Reads what its pace lets it.</summary>
    /// <exception cref="SimulationFaultException">More came than was sent.</exception>
    internal void Run(ConnectionId connection, Instant now)
    {
        if (HasLeft)
        {
            Deadline = Instant.Never;
            return;
        }

        if (!_pending || IsDone || IsGone || (pace.Bytes > 0 && Deadline != Instant.Never && now < Deadline))
        {
            return;
        }

        Deadline = Instant.Never;
        while (_pending && !HasLeft)
        {
            var most = unread > 0 ? (int)Math.Min(_buffer.Length, Wanted - Read) : _buffer.Length;
            var count = stack.Read(connection, _buffer.AsSpan(0, most), now);
            if (count <= 0)
            {
                _pending = false;
                IsDone = count == Stack.EndOfStream;
                IsGone = count == Stack.Gone;
                return;
            }

            Check(_buffer.AsSpan(0, count));
            if (pace.Bytes > 0 && !HasLeft)
            {
                Deadline = now + pace.Every;
                return;
            }
        }
    }

    private void Check(ReadOnlySpan<byte> bytes)
    {
        var (wrong, first) = content.Compare(Read, bytes);
        FirstWrong = FirstWrong < 0 ? first : FirstWrong;
        Wrong += wrong;
        Read += bytes.Length;
        if (Read > total)
        {
            throw new SimulationFaultException($"{Read} bytes came of {total}");
        }
    }
}
