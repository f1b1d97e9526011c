using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>What a scheduler is measured on.</summary>
/// <param name="Name">Of the mix, for people.</param>
/// <param name="Paths">The paths, the connection beginning on the first.</param>
/// <param name="Prices">What a byte costs on each path, in any unit.</param>
internal sealed record PathMix(string Name, IReadOnlyList<PathPlan> Paths, IReadOnlyList<double> Prices)
{
    /// <summary>What happens to the paths.</summary>
    internal IReadOnlyList<LinkChange> Changes { get; init; } = [];
}

/// <summary>What a scheduler made of a mix.</summary>
/// <param name="Megabits">Goodput of a bulk transfer, in Mbit/s.</param>
/// <param name="Delays">Of each message of 4 KB, sorted, in milliseconds.</param>
/// <param name="Cost">Price of what the messages took on the wire, for each byte of theirs.</param>
internal sealed record SchedulerScore(double Megabits, IReadOnlyList<double> Delays, double Cost)
{
    /// <summary>The delay that a share of the messages did not exceed, by nearest rank.</summary>
    internal double Delay(double share) => Delays[Math.Max(0, (int)Math.Ceiling(share * Delays.Count) - 1)];
}

/// <summary>Measures a scheduler on a mix of paths, by a bulk transfer and by a stream of messages, both from the client.</summary>
internal static class SchedulerRun
{
    private static readonly Instant _begin = new(2_000_000);
    private static readonly Duration _bulkTime = Duration.FromSeconds(10);
    private static readonly Duration _messageTime = Duration.FromSeconds(30);
    private static readonly Duration _messageEvery = Duration.FromMillis(20);

    /// <summary>Runs both.</summary>
    /// <param name="mix">The paths.</param>
    /// <param name="options">Scheduler and congestion control of both ends.</param>
    internal static SchedulerScore Measure(PathMix mix, ConnectionOptions options)
    {
        var bulk = new World(mix, options, default);
        bulk.Hosts.Network.RunUntil(_begin);
        var before = bulk.Sink.Read;
        bulk.Hosts.Network.RunUntil(_begin + _bulkTime);
        var megabits = (bulk.Sink.Read - before) * 8 / _bulkTime.TotalSeconds / 1e6;

        var talk = new World(mix, options, _messageEvery);
        talk.Hosts.Network.RunUntil(_begin + _messageTime);
        var delays = talk.Source.Said.Zip(talk.Sink.Heard, (said, heard) => (heard - said).TotalMilliseconds).Order().ToArray();
        var paid = talk.Hosts.Network.Links.Select((link, path) => link.Up.Counters.OfferedBytes * mix.Prices[path]).Sum();
        return new SchedulerScore(megabits, delays, paid / (talk.Source.Said.Count * (double)MessageSource.MessageBytes));
    }

    private sealed class World
    {
        internal World(PathMix mix, ConnectionOptions options, Duration every)
        {
            var plan = new TransferPlan { Seed = 1, Paths = mix.Paths, Changes = mix.Changes, Client = options, Server = options };
            Hosts = new TwoHosts(plan.Seed, plan.IsV6, plan.Paths);
            var (client, server) = (Hosts.MakeClient(plan.Mtu), Hosts.MakeServer(plan.Mtu));
            var paths = new ClientPaths(client, plan, Hosts.Addresses, Hosts.Server);
            Sink = new MessageSink(server, server.Listen(Hosts.Any, options));
            Source = new MessageSource(client, paths, _begin, every);
            client.Connect(new Endpoint(Hosts.Addresses[0], 0), Hosts.Server, options, Hosts.Network.Now);
            Hosts.Join(new StackNode(client, Source), new StackNode(server, Sink));
            Hosts.Play(plan.Changes, paths);
            Hosts.Network.Start();
        }

        internal TwoHosts Hosts { get; }

        internal MessageSource Source { get; }

        internal MessageSink Sink { get; }
    }
}
