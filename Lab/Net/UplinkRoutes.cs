namespace Multipath.Lab.Net;

/// <summary>
/// Addresses and policy routing of an uplink. Packets from the uplink's address follow its own table; behind that stands a rule
/// that makes them unreachable, so that the packets of a dead link do not leave through another one. The main table has a default
/// route by each uplink, the earlier the better, for sockets that have not bound an address.
/// </summary>
internal sealed class UplinkRoutes(LinkPlan plan)
{
    private const int FirstTable = 100;
    private const int FirstRule = 1000;
    private const int FirstUnreachableRule = 2000;

    private int Table => FirstTable + plan.Order;

    /// <summary>The far end: an address, and with it the route back to the client.</summary>
    internal void SetUpServer() => IpCommand.Batch(plan.Server.Namespace,
    [
        $"address add {plan.Gateway} peer {plan.ClientAddress} dev {plan.ServerInterface}",
        $"link set {plan.ServerInterface} up",
    ]);

    /// <summary>The client's end: address, rules and routes.</summary>
    internal void SetUpClient() => IpCommand.Batch(plan.Client.Namespace,
    [
        $"address add {plan.ClientAddress} peer {plan.Gateway} dev {plan.Interface}",
        $"link set {plan.Interface} up",
        $"rule add from {plan.ClientAddress} table {Table} priority {FirstRule + plan.Order}",
        $"rule add from {plan.ClientAddress} unreachable priority {FirstUnreachableRule + plan.Order}",
        .. Routes(),
    ]);

    /// <summary>Puts back the routes that the kernel dropped when the client's interface went down.</summary>
    internal void RestoreClientRoutes() => IpCommand.Batch(plan.Client.Namespace, Routes());

    private IEnumerable<string> Routes() =>
    [
        $"route replace default via {plan.Gateway} dev {plan.Interface} src {plan.ClientAddress} table {Table}",
        $"route replace default via {plan.Gateway} dev {plan.Interface} src {plan.ClientAddress} metric {100 * plan.Order}",
    ];
}
