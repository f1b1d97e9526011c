using System.Net;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Baselines;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Bench.Peer;

/// <summary>How late messages are, from the moment when each was due to that when the receiver had all of it.</summary>
internal static class DelayCase
{
    private const int MessageBytes = 4096;
    private const int Messages = 600;
    private const double Loss = 0.01;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(15);

    /// <summary>Messages before those that count: until all subflows are there.</summary>
    private const int WarmUp = 50;

    /// <summary>One stream of messages.</summary>
    /// <returns>The 99th percentile in milliseconds.</returns>
    internal static double Measure(string name, int round)
    {
        using var topology = GapTopology.Create(uplinks: 3, endOnSignals: false);
        foreach (var link in topology.Links)
        {
            link.Set(knobs => knobs with { Loss = Loss });
        }

        using var sender = new Sender(topology, name, backup: false);
        using var listener = NetNamespace.Run(
            topology.Server.Namespace, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0), backlog: 1));
        var accepting = listener.AcceptAsync();
        using var client = sender.Connect(
            new IPEndPoint(topology.Server.ServerAddress!, ((IPEndPoint)listener.Socket.LocalEndPoint!).Port));
        using var server = new SocketEnd(accepting.GetAwaiter().GetResult(), StallLimit);
        var heard = new long[Messages];
        var receiving = new Thread(() => Receive(server.Stream, heard)) { IsBackground = true, Name = "messages" };
        receiving.Start();
        var said = Send(client.Stream, round);
        receiving.Join();
        return Array.TrueForAll(heard, one => one > 0)
            ? Quantiles.Of(said.Zip(heard, (due, came) => TimeSpan.FromMicroseconds((came - due) / 1e3)).Skip(WarmUp)).P99
            : throw new InvalidOperationException($"{name}: messages did not arrive");
    }

    /// <returns>When each was due.</returns>
    private static long[] Send(Stream to, int round)
    {
        var message = new byte[MessageBytes];
        new SeededContent((ulong)round + 1).Fill(message);
        var due = new long[Messages];
        var began = LinkPump.Now;
        for (var i = 0; i < Messages; i++)
        {
            due[i] = began + (i * Every.Ticks * TimeSpan.NanosecondsPerTick);
            while (LinkPump.Now < due[i])
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Ceiling((due[i] - LinkPump.Now) / 1e6)));
            }

            // Its moment is when it was ready to leave: what the sleep of this thread adds is nobody's delay.
            due[i] = LinkPump.Now;
            to.Write(message, 0, message.Length);
        }

        return due;
    }

    private static void Receive(Stream from, long[] heard)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (long bytes = 0; bytes < (long)Messages * MessageBytes;)
            {
                var before = bytes / MessageBytes;
                var count = from.Read(buffer, 0, buffer.Length);
                if (count == 0)
                {
                    return;
                }

                bytes += count;
                Array.Fill(heard, LinkPump.Now, (int)before, (int)(bytes / MessageBytes - before));
            }
        }
        catch (IOException)
        {
            // Told by the messages that are missing.
        }
    }
}
