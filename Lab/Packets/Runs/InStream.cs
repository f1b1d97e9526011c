using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Reads what the other end says, at its pace, and compares it with what is to come.</summary>
internal sealed class InStream(Stack stack, Content content, long total, ReadPace pace)
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

    /// <summary>There is something to read.</summary>
    internal void HandleReadable() => _pending = true;

    /// <summary>Reads what its pace lets it.</summary>
    /// <exception cref="SimulationFaultException">More came than was sent.</exception>
    internal void Run(ConnectionId connection, Instant now)
    {
        if (!_pending || IsDone || IsGone || (pace.Bytes > 0 && Deadline != Instant.Never && now < Deadline))
        {
            return;
        }

        Deadline = Instant.Never;
        while (_pending)
        {
            var count = stack.Read(connection, _buffer, now);
            if (count <= 0)
            {
                _pending = false;
                IsDone = count == Stack.EndOfStream;
                IsGone = count == Stack.Gone;
                return;
            }

            Check(_buffer.AsSpan(0, count));
            if (pace.Bytes > 0)
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
