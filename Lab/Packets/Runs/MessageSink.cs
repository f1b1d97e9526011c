using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>A server that reads all that comes at once and notes when each message was whole.</summary>
internal sealed class MessageSink(Stack stack, ListenerId listener) : IApplication
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly List<Instant> _heard = [];
    private ConnectionId? _connection;

    /// <summary>When each message was whole.</summary>
    internal IReadOnlyList<Instant> Heard => _heard;

    /// <summary>Bytes that came.</summary>
    internal long Read { get; private set; }

    /// <inheritdoc/>
    public Instant Deadline => Instant.Never;

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        while (stack.PollEvent(out var happened))
        {
            if (happened.Kind == StackEventKind.Acceptable && stack.TryAccept(listener, out var accepted))
            {
                _connection = accepted;
            }
        }

        while (_connection is { } connection && stack.Read(connection, _buffer, now) is var count and > 0)
        {
            Read += count;
            while ((_heard.Count + 1L) * MessageSource.MessageBytes <= Read)
            {
                _heard.Add(now);
            }
        }
    }
}
