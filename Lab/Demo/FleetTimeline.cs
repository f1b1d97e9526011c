using Grpc.Core;
using Multipath.Contracts.Wire;

namespace Multipath.Lab.Demo;

/// <summary>Follows the silo's own account of what happens in the fleet, and counts it.</summary>
/// <param name="client">The silo.</param>
/// <param name="show">Takes each event: when (Unix time, microseconds), who, what kind, what.</param>
internal sealed class FleetTimeline(Fleet.FleetClient client, Action<long, string, string, string> show)
{
    /// <summary>Reports that the silo took.</summary>
    public int Reports { get; private set; }

    /// <summary>Plans that it pushed.</summary>
    public int Plans { get; private set; }

    /// <summary>Actions that agents carried out.</summary>
    public int Actions { get; private set; }

    /// <summary>Actions that a data plane refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Runs until cancelled or until the silo stops.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            using var call = client.Watch(new WatchRequest(), cancellationToken: cancellation);
            await foreach (var happened in call.ResponseStream.ReadAllAsync(cancellation))
            {
                Take(happened);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException)
        {
            // The run is over, or the silo was stopped on purpose.
        }
    }

    private void Take(FleetEvent happened)
    {
        var (kind, text) = (happened.Kind, happened.Text);
        if (kind == "occurrence" && text.Split(": ", 2) is [var occurrence, var rest])
        {
            // The silo says "plan" of a plan that it pushes, the agent of one that it applied.
            (kind, text) = (occurrence == "plan" ? "applied" : occurrence, rest);
        }

        switch (kind)
        {
            case "report":
                Reports++;
                break;
            case "plan" when happened.Version is not null:
                Plans++;
                break;
            case "action":
                Actions++;
                break;
            case "refused":
                Refused++;
                break;
        }

        if (happened.Version is { } version)
        {
            text = $"{version.Epoch}.{version.Generation} {text}".TrimEnd();
        }

        show(happened.AtUs, happened.Host.Length == 0 ? "silo" : happened.Host, kind, text);
    }
}
