using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>The application's side of a connection: writes, reads, and the windows that follow from them.</summary>
internal sealed class ByteStream(Session s, Outlook outlook)
{
    private readonly Autotune _autotune = new(s);
    private Dsn64 _toldEdge;
    private bool _wantsSpace;
    private bool _toldEnd;

    /// <summary>Appends bytes.</summary>
    /// <returns>Bytes taken.</returns>
    public int Write(ReadOnlySpan<byte> data, Instant now)
    {
        NoteWrite(now);
        var taken = s.Send.Write(data);
        s.Counters.BytesWritten += taken;
        _wantsSpace = taken < data.Length;
        return taken;
    }

    /// <summary>Room in the buffer for a writer without one.</summary>
    public Span<byte> WriteSpan(int wanted)
    {
        var room = s.Send.WriteSpan(wanted);
        _wantsSpace = room.IsEmpty;
        return room;
    }

    /// <summary>Appends what was put into <see cref="WriteSpan"/>.</summary>
    public void Commit(int length, Instant now)
    {
        NoteWrite(now);
        s.Send.Commit(length);
        s.Counters.BytesWritten += length;
    }

    /// <summary>Takes bytes out.</summary>
    public int Read(Span<byte> destination, Instant now)
    {
        var read = s.Receive.Read(destination);
        HandleRead(read, now);
        return read;
    }

    /// <summary>Removes bytes that were read in place.</summary>
    public void Consume(int count, Instant now)
    {
        s.Receive.Consume(count);
        HandleRead(count, now);
    }

    /// <summary>Tells the application of bytes where there were none, and of the end.</summary>
    /// <param name="before">Bytes that were there before.</param>
    public void NoteReadable(int before)
    {
        var ended = s.Ends.IsPeerDone && !_toldEnd;
        if (ended || (before == 0 && s.Receive.Available > 0))
        {
            _toldEnd |= ended;
            s.Emit(StackEventKind.Readable);
        }
    }

    /// <summary>
    /// Tells the application of room that a write had not found. Half the buffer: small steps would wake it for little.
    /// </summary>
    public void NoteWritable()
    {
        if (_wantsSpace && 2 * s.Send.Space >= s.Options.SendBufferLimit)
        {
            _wantsSpace = false;
            s.Emit(StackEventKind.Writable);
        }
    }

    /// <summary>Gives the subflows the window that they advertise: it is one for all (RFC 8684 section 3.3.4).</summary>
    public void UpdateWindows()
    {
        var window = s.Receive.Window;
        foreach (var m in s.Members)
        {
            if (m is not null)
            {
                m.Tcp.ReceiveWindow = window;
            }
        }
    }

    /// <summary>A segment with the window leaves.</summary>
    public void HandleWindowTold() => _toldEdge = s.Receive.WindowEdge;

    private void NoteWrite(Instant now)
    {
        if (s.Unsent == s.Send.End)
        {
            outlook.HandleWaiting(now);
        }
    }

    private void HandleRead(int count, Instant now)
    {
        if (count == 0)
        {
            return;
        }

        if (_autotune.HandleRead(count, now))
        {
            s.Receive.GrowWindow();
        }

        UpdateWindows();

        // The peer learns of the room when half the window has become free, not of every byte (RFC 9293 section 3.8.6.2.2).
        if (2 * (s.Receive.WindowEdge - _toldEdge) < s.Receive.WindowSize)
        {
            return;
        }

        HandleWindowTold();
        foreach (var m in s.Members)
        {
            if (m is not null && m.IsUsable)
            {
                m.Tcp.RequestAck();
            }
        }
    }
}
