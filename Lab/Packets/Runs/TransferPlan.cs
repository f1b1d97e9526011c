using System.Globalization;
using System.Text;
using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Everything that one simulated transfer is: who sends what over which paths, and what happens meanwhile.</summary>
internal sealed record TransferPlan
{
    /// <summary>Of the network's chances, of the keys and of the content.</summary>
    internal required ulong Seed { get; init; }

    /// <summary>IPv6 rather than IPv4.</summary>
    internal bool IsV6 { get; init; }

    /// <summary>Bytes of the largest packet at either end.</summary>
    internal int Mtu { get; init; } = 1500;

    /// <summary>The client's uplinks. The connection begins on the first.</summary>
    internal required IReadOnlyList<PathPlan> Paths { get; init; }

    /// <summary>What happens to the links.</summary>
    internal IReadOnlyList<LinkChange> Changes { get; init; } = [];

    /// <summary>Bytes from client to server.</summary>
    internal long UpBytes { get; init; }

    /// <summary>Bytes from server to client.</summary>
    internal long DownBytes { get; init; }

    /// <summary>How the client connects.</summary>
    internal ConnectionOptions Client { get; init; } = new();

    /// <summary>How the server listens.</summary>
    internal ConnectionOptions Server { get; init; } = new();

    /// <summary>What was added to the paths and boxes of the seed.</summary>
    internal PlanExtras Extras { get; init; }

    /// <summary>Whether the client's, and the server's, large segments and checksums are left to their devices.</summary>
    internal (bool Client, bool Server) Offloads { get; init; }

    /// <summary>Whether what arrives at the client, and at the server, is gathered by a device with receive offload.</summary>
    internal (bool Client, bool Server) Gathers { get; init; }

    /// <summary>When an end gives the connection up, and which does; null for neither.</summary>
    internal (Instant At, bool ByClient)? Abort { get; init; }

    /// <summary>Which end leaves so many of its last bytes unread; null for neither.</summary>
    internal (bool ByClient, int Bytes)? Unread { get; init; }

    /// <summary>Which end is never heard of again so long after it has closed; null for neither.</summary>
    internal (bool ByClient, Duration After)? Vanish { get; init; }

    /// <summary>Schedulers that both ends change to while the connection runs, by name.</summary>
    internal IReadOnlyList<(Instant At, string Name)> Schedulers { get; init; } = [];

    /// <summary>How the receivers read.</summary>
    internal ReadPace Reading { get; init; }

    /// <summary>The server has a second address, which it announces once the connection is established.</summary>
    internal bool ServerAnnounces { get; init; }

    /// <summary>It announces it with the port.</summary>
    internal bool AnnouncesPort { get; init; }

    /// <summary>The client withdraws the address of a link that goes down, and joins again when it is back; else it does nothing.</summary>
    internal bool ReactsToDown { get; init; }

    /// <summary>Either end may end up as plain TCP, and bytes that a middlebox changed may then arrive.</summary>
    internal bool MayFallBack { get; init; }

    /// <summary>When a transfer that has not ended is taken to hang.</summary>
    internal Instant Limit { get; init; } = new(3_600_000_000);

    /// <summary>For people: a line for each part.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {Seed}: {UpBytes} bytes up, {DownBytes} down, IPv{(IsV6 ? 6 : 4)}, MTU {Mtu}, ");
        text.Append(CultureInfo.InvariantCulture, $"{Client.Scheduler}, {Client.Congestion}");
        text.Append(Client.Checksum || Server.Checksum ? ", checksum" : "").Append(Client.ShortSequenceNumbers ? ", short" : "");
        text.Append(Reading.Bytes > 0 ? $", reads {Reading.Bytes} bytes each {Reading.Every}" : "");
        text.Append(ServerAnnounces ? ", server announces" : "").Append(ReactsToDown ? ", reacts" : "");
        text.Append(Offloads.Client ? ", client offloads" : "").Append(Offloads.Server ? ", server offloads" : "");
        text.Append(Gathers.Client ? ", client gathers" : "").Append(Gathers.Server ? ", server gathers" : "");
        text.Append(Client.KeepAlive is { } idle ? $", keepalive {idle}" : "");
        text.Append(Abort is { } abort ? $", {(abort.ByClient ? "client" : "server")} aborts at {abort.At}" : "");
        text.Append(Client.Timestamps && Server.Timestamps ? "" : ", no timestamps");
        text.Append(Client.Pacing ? ", client paces" : "").Append(Server.Pacing ? ", server paces" : "");
        text.Append(Unread is { } unread ? $", {(unread.ByClient ? "client" : "server")} leaves {unread.Bytes} bytes" : "");
        text.Append(Vanish is { } vanish ? $", {(vanish.ByClient ? "client" : "server")} vanishes after {vanish.After}" : "").AppendLine();
        foreach (var path in Paths)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  path {path}");
        }

        foreach (var change in Changes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {change.At} link {change.Link} {Describe(change)}");
        }

        foreach (var (at, name) in Schedulers)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {at} scheduler {name}");
        }

        return text.ToString();
    }

    private static string Describe(LinkChange change) => change switch
    {
        StateChange state => state.State.ToString(),
        KnobsChange knobs => PathPlan.Describe(knobs.Knobs),
        _ => change.ToString(),
    };
}

/// <summary>What was added to a seed's plan; by numbers on the command line.</summary>
internal enum PlanExtras
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>What <see cref="ExtraPlanner"/> draws.</summary>
    Some,

    /// <summary>That, and what <see cref="MorePlanner"/> draws.</summary>
    All,
}

/// <summary>One uplink of the client.</summary>
/// <param name="Knobs">How it behaves at first.</param>
/// <param name="Boxes">What stands on it.</param>
internal sealed record PathPlan(LinkKnobs Knobs, params IReadOnlyList<BoxPlan> Boxes)
{
    /// <summary>Of the subflow on it: to be used only while no other works.</summary>
    internal bool IsBackup { get; init; }

    /// <summary>What the client's scheduler thinks that the path costs.</summary>
    internal byte CostClass { get; init; }

    /// <summary>How long after the connection is established the client joins on it.</summary>
    internal Duration JoinsAfter { get; init; }

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{Describe(Knobs)}{(IsBackup ? " backup" : "")} joins after {JoinsAfter}: {string.Join(", ", Boxes.Select(box => box.Name))}";

    /// <summary>For people.</summary>
    internal static string Describe(LinkKnobs knobs) =>
        knobs.Up == knobs.Down ? Describe(knobs.Up) : $"up {Describe(knobs.Up)} down {Describe(knobs.Down)}";

    private static string Describe(LaneKnobs knobs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{knobs.BitsPerSecond / 1e6:0.##}M {knobs.Delay}+{knobs.Jitter} queue {knobs.QueueBytes}"
        + $" loss {knobs.Loss.InGood:0.###}/{knobs.Loss.ToBad:0.###}"
        + $" reorder {knobs.Reorder:0.###} by {knobs.ReorderBy} dup {knobs.Duplicate:0.###} corrupt {knobs.Corrupt:0.###}");
}

/// <summary>A middlebox to be made.</summary>
/// <param name="Name">For people.</param>
/// <param name="Make">A new one for each run.</param>
internal sealed record BoxPlan(string Name, Func<Middlebox> Make)
{
    /// <summary>The address as which the box shows the client to the server, if it translates.</summary>
    internal IpAddr? Outside { get; init; }
}

/// <summary>How a receiver reads: so many bytes each time, or all at once when there are none named.</summary>
/// <param name="Bytes">At a time; 0 for as soon and as much as there is.</param>
/// <param name="Every">How long it rests between.</param>
internal readonly record struct ReadPace(int Bytes, Duration Every);
