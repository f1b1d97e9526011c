using Multipath.Silo.Rpc;

namespace Multipath.Silo.Hosting;

/// <summary>What a silo needs to know to start.</summary>
public sealed record SiloOptions
{
    /// <summary>
    /// Where agents and programs connect by gRPC; http is HTTP/2 in clear, https takes its certificate from Kestrel's configuration.
    /// </summary>
    public Uri Grpc { get; init; } = new("http://127.0.0.1:5301");

    /// <summary>Where people and scripts connect; port 0 takes a free one.</summary>
    public Uri Http { get; init; } = new("http://127.0.0.1:5300");

    /// <summary>The folder of the database; made when absent.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>PostgreSQL's connection string; null for the database in <see cref="DataFolder"/>.</summary>
    public string? Database { get; init; }

    /// <summary>The cluster that the silo is of.</summary>
    public ClusterSettings Cluster { get; init; } = new();

    /// <summary>Times and limits of agents' sessions.</summary>
    public SessionSettings Sessions { get; init; } = new();

    /// <summary>The clock of grains, timers and sessions.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>No log lines, for programs that embed a silo.</summary>
    public bool Quiet { get; init; }
}
