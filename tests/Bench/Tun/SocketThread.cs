using System.Net.Sockets;
using Multipath.Lab.Net;

namespace Multipath.Bench.Tun;

/// <summary>
/// A program on a socket of the kernel, on a thread of its own whose processor time can be read: writes or reads without end.
/// </summary>
internal sealed class SocketThread : IDisposable
{
    private readonly Socket _socket;
    private readonly Thread _thread;
    private int _clock = ThreadClock.None;
    private long _bytes;

    internal SocketThread(Socket socket, bool sends)
    {
        _socket = socket;
        _socket.Blocking = true;
        _thread = new Thread(() => Run(sends)) { IsBackground = true, Name = "bench socket" };
        _thread.Start();
    }

    /// <summary>Bytes so far.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Processor time so far: the system calls and what the kernel does within them, not its own threads.</summary>
    internal TimeSpan Cpu => ThreadClock.Read(Volatile.Read(ref _clock));

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Run(bool sends)
    {
        Volatile.Write(ref _clock, ThreadClock.OfThisThread());
        var buffer = new byte[BulkApplication.BufferBytes];
        try
        {
            int moved;
            do
            {
                moved = sends ? _socket.Send(buffer) : _socket.Receive(buffer);
                Volatile.Write(ref _bytes, _bytes + moved);
            }
            while (moved > 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the measurement is over.
        }
    }
}
