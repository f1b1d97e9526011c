using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>A client that says something of a fixed size again and again, or that writes all that it can.</summary>
/// <param name="stack">Of the client.</param>
/// <param name="paths">Its path manager.</param>
/// <param name="begin">When it begins to talk, connected or not.</param>
/// <param name="every">Time between messages; zero to write without end.</param>
internal sealed class MessageSource(Stack stack, ClientPaths paths, Instant begin, Duration every) : IApplication
{
    /// <summary>Bytes of a message.</summary>
    internal const int MessageBytes = 4096;

    private static readonly byte[] _bytes = new byte[64 << 10];
    private readonly List<Instant> _said = [];
    private ConnectionId? _connection;
    private long _owed = every.Micros > 0 ? 0 : long.MaxValue;
    private Instant _next = begin;
    private bool _canWrite;

    /// <summary>When each message was made, whether there was room to write it or not.</summary>
    internal IReadOnlyList<Instant> Said => _said;

    /// <inheritdoc/>
    public Instant Deadline => Instant.Earlier(paths.Deadline, _connection is null || every.Micros == 0 ? Instant.Never : _next);

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        while (stack.PollEvent(out var happened))
        {
            if (happened.Kind is StackEventKind.Connected or StackEventKind.Writable)
            {
                (_connection, _canWrite) = (happened.Connection, true);
            }

            paths.Handle(happened, now);
        }

        paths.Run(now);
        while (every.Micros > 0 && _connection is not null && _next <= now)
        {
            _said.Add(_next);
            _owed += MessageBytes;
            _next += every;
        }

        while (_canWrite && _owed > 0)
        {
            var piece = _bytes.AsSpan(0, (int)Math.Min(_bytes.Length, _owed));
            var taken = Math.Max(0, stack.Write(_connection!.Value, piece, now));
            _owed -= taken;
            _canWrite = taken == piece.Length;
        }
    }
}
