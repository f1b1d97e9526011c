using System.Net;

namespace Multipath.Lab.Net;

/// <summary>Everything that a link is made from.</summary>
/// <param name="Name">Its name in the scenario, such as <c>wifi</c>.</param>
/// <param name="Client">The host whose uplink it is.</param>
/// <param name="Server">The host at the far end; it has a server address.</param>
/// <param name="Interface">The client's interface, such as <c>wlan0</c>.</param>
/// <param name="Index">The link's number in the lab from 1: it names the server's interface and orders addresses.</param>
/// <param name="Order">The uplink's place on its client from 1: number of its routing table, metric of its default route.</param>
/// <param name="Upload">Knobs from client to server.</param>
/// <param name="Download">Knobs from server to client.</param>
/// <param name="Seed">Seed of loss and jitter.</param>
internal sealed record LinkPlan(
    string Name, NetHost Client, NetHost Server, string Interface, int Index, int Order, LinkKnobs Upload, LinkKnobs Download, int Seed)
{
    /// <summary>The client's address on the link.</summary>
    internal IPAddress ClientAddress { get; init; } = new([10, 1, (byte)Index, 2]);

    /// <summary>The far end's address on the link: the client's gateway.</summary>
    internal IPAddress Gateway { get; init; } = new([10, 1, (byte)Index, 1]);

    /// <summary>The far end's interface.</summary>
    internal string ServerInterface => $"link{Index}";
}
