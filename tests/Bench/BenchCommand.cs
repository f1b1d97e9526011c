namespace Multipath.Bench;

/// <summary>Benchmarks by name; each prints what it measured and a ratio against a peer or a baseline from the same run.</summary>
internal static class BenchCommand
{
    private static readonly Benchmark[] _all =
    [
        new("grpc", "duplex echo, ours against python3-grpcio", GrpcEcho.RunAsync),
        new("grains", "grain calls on a thousand grains against channel actors", GrainCalls.RunAsync),
        new("state", "state writes through a silo, to each store that the build has", Clusters.StateWrites.RunAsync),
        new("cluster", "loss of a silo and of a whole cluster under a thousand agents", Clusters.SiloLoss.RunAsync),
        new("convergence", "event at the host to plan applied, through the silo, against a plain echo", Convergence.RunAsync),
        new("tun", "our stack on a TUN against the kernel's MPTCP, with the kernel over veth beside it", Tun.TunThroughput.RunAsync),
        new("peer", "our stack as sender against the kernel as sender, to a kernel over emulated links", Peer.PeerBench.RunAsync),
        new("reflex-cost", "processor time of the watch over 100 connections, against dumps at the same rate", ReflexCost.RunAsync),
        new("simulation", "10,000 seeded transfers of 1 MB over simulated paths", SimulationSeeds.RunAsync),
        new("state-writes", "grain state written to SQLite and to PostgreSQL", StateWrites.RunAsync),
        new("stack", "a stream through two userspace stacks in memory, against the bars", StackThroughput.RunAsync),
        new("wire", "packets written and parsed, bytes summed, against a plain loop", WireCost.RunAsync),
    ];

    /// <summary>Runs the benchmarks that are named, or all of them; the simulation and the peer take arguments of their own.</summary>
    /// <returns>0, or 2 for a name that is none.</returns>
    public static async Task<int> RunAsync(string[] names, TextWriter output)
    {
        if (names is ["simulation", _, ..] && names[1].StartsWith('-'))
        {
            return await SimulationSeeds.RunAsync(output, names[1..]);
        }

        if (names is ["peer", var part, ..] && !Array.Exists(_all, one => one.Name == part))
        {
            return await Peer.PeerBench.RunAsync(output, names[1..]);
        }

        if (names.FirstOrDefault(name => !Array.Exists(_all, one => one.Name == name)) is { } unknown)
        {
            await output.WriteLineAsync($"'{unknown}' is no benchmark. There are:");
            foreach (var one in _all)
            {
                await output.WriteLineAsync($"  {one.Name,-12} {one.What}");
            }

            return 2;
        }

        foreach (var one in _all.Where(one => names.Length == 0 || names.Contains(one.Name)))
        {
            await output.WriteLineAsync($"== {one.Name}: {one.What}");
            await output.WriteLineAsync($"   load of the machine {Load()} on {Environment.ProcessorCount} processors");
            await one.RunAsync(output);
        }

        return 0;
    }

    /// <summary>Averages over 1, 5 and 15 minutes: what else ran is part of every number below.</summary>
    private static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    private sealed record Benchmark(string Name, string What, Func<TextWriter, Task> RunAsync);
}
