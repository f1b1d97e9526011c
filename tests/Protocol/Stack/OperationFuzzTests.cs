using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Lists of operations in any order, over paths that lose, cut and come back: nothing throws, hangs or stays.</summary>
public sealed class OperationFuzzTests
{
    private static readonly string[] _schedulers = ["minRtt", "redundant", "roundRobin", "blest", "ecf", "linuxDefault", "lowLatency"];

    [Fact]
    public void Any_list_of_operations_leaves_a_stream_that_is_whole_or_a_connection_that_is_over()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            try
            {
                Run(seed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private static void Run(ulong seed)
    {
        var random = new SeededEntropy(seed);

        // The keepalive finds out about subflows whose reset was lost: a reader without anything to send never would.
        var options = new ConnectionOptions
        {
            Checksum = random.Below(3) == 0,
            ShortSequenceNumbers = random.Below(2) == 0,
            KeepAlive = Duration.FromSeconds(30),
        };
        var pair = new StackPair().Connect(options);
        var loss = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) => random.Below(100) >= loss;
        var sent = TransferTests.Data(300_000);
        var received = new List<byte>();
        var written = 0;
        var chunk = new byte[50_000];
        for (var step = 0; step < 60; step++)
        {
            loss = random.Below(4) == 0 ? random.Below(30) : loss;
            var next = sent.AsSpan(written, Math.Min(sent.Length - written, random.Below(20_000)));
            written += Math.Max(0, pair.Client.Write(pair.ClientSide, next, pair.Now));
            Operate(pair, random);
            pair.RunFor(Duration.FromMillis(random.Below(40)));
            for (int read; (read = pair.Server.Read(pair.ServerSide, chunk, pair.Now)) > 0;)
            {
                received.AddRange(chunk[..read]);
            }
        }

        loss = 0;
        pair.Client.Close(pair.ClientSide, pair.Now);
        var last = 0;
        pair.RunUntil(
            () =>
            {
                for (; (last = pair.Server.Read(pair.ServerSide, chunk, pair.Now)) > 0;)
                {
                    received.AddRange(chunk[..last]);
                }

                return last < 0;
            },
            Duration.FromSeconds(400));
        Assert.True(last is Stack.EndOfStream or Stack.Gone, $"seed {seed}: neither ended nor gone, {received.Count} of {written}");
        Assert.True(last == Stack.Gone || received.Count == written, $"seed {seed}: {received.Count} of {written}");
        Assert.True(received.SequenceEqual(sent.Take(received.Count)), $"seed {seed}: content");
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(600));
        Assert.True(pair.Client.ConnectionCount + pair.Server.ConnectionCount == 0, $"seed {seed}: connections stay");
        Assert.True(pair.Client.BufferBytes + pair.Server.BufferBytes == 0, $"seed {seed}: memory stays");
    }

    private static void Operate(StackPair pair, SeededEntropy random)
    {
        var paths = pair.Client.Paths;
        var token = pair.ClientToken;
        var subflows = StackPair.Subflows(pair.Client, pair.ClientSide);
        var some = subflows.Length == 0 ? default : subflows[random.Below(subflows.Length)].Tuple;
        var id = (byte)(1 + random.Below(5));
        switch (random.Below(9))
        {
            case 0 or 1 or 2:
                var local = new Endpoint(IpAddr.Parse($"10.0.{id}.1"), 0);
                paths.CreateSubflow(token, local, id, new Endpoint(StackPair.ServerB, 80), random.Below(2) == 0);
                break;
            case 3:
                paths.DestroySubflow(token, some, pair.Now);
                break;
            case 4:
                paths.SetBackup(token, some, random.Below(2) == 0);
                break;
            case 5:
                paths.Announce(token, id, new Endpoint(IpAddr.Parse($"10.9.{id}.1"), (ushort)random.Below(2)), pair.Now);
                break;
            case 6:
                paths.Remove(token, id);
                break;
            case 7:
                pair.Client.SetScheduler(pair.ClientSide, _schedulers[random.Below(_schedulers.Length)]);
                break;
            case 8:
                paths.SetCost(token, some, (byte)random.Below(3), (ushort)random.Below(5));
                break;
        }
    }
}
