using System.Net;
using System.Net.Sockets;

namespace Multipath.Bench;

/// <summary>
/// The kernel's TCP over its loopback, in segments of up to 64 KB, with Reno: a stream from one thread to another, copied in and out, and
/// never checksummed. The peer of stacks that move a stream through memory.
/// </summary>
internal static class KernelLoopback
{
    private const int ChunkBytes = 1 << 17;

    // linux/tcp.h
    private const int TcpCongestion = 13;
    private const int LevelTcp = 6;

    /// <summary>Moves so many bytes.</summary>
    /// <returns>Gbit/s for each second of processor time, of both ends and the kernel together.</returns>
    public static double Run(long bytes)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        sender.SetRawSocketOption(LevelTcp, TcpCongestion, "reno"u8);
        sender.Connect(listener.LocalEndPoint!);
        using var receiver = listener.Accept();

        var started = Environment.CpuUsage.TotalTime;
        var writing = new Thread(() => Send(sender, bytes));
        writing.Start();
        var sink = new byte[ChunkBytes];
        for (var left = bytes; left > 0;)
        {
            left -= receiver.Receive(sink);
        }

        writing.Join();
        return bytes * 8 / (Environment.CpuUsage.TotalTime - started).TotalSeconds / 1e9;
    }

    private static void Send(Socket sender, long bytes)
    {
        var source = new byte[ChunkBytes];
        for (var left = bytes; left > 0;)
        {
            left -= sender.Send(source.AsSpan(0, (int)Math.Min(source.Length, left)));
        }
    }
}
