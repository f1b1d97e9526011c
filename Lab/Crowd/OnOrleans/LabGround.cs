using System.Net;
using System.Net.Sockets;
using Multipath.Silo.Hosting;
using Npgsql;

namespace Multipath.Lab.Crowd;

/// <summary>
/// What the lab's two silos stand on in this build: a database of their own on the server that <c>MPLAB_DATABASE</c> names.
/// </summary>
internal sealed class LabGround : IAsyncDisposable
{
    /// <summary>Names the server: the connection string of a database from which others can be made.</summary>
    private const string Variable = "MPLAB_DATABASE";

    private const int Count = 2;

    private readonly string _name = $"mplab_{Environment.ProcessId}_{Guid.NewGuid():n}";
    private readonly string _server;

    private LabGround(string server, SiloOptions options) => (_server, Silos) = (server, Spread(server, _name, options));

    /// <summary>One for each silo, on ports that were free a moment ago.</summary>
    public IReadOnlyList<SiloOptions> Silos { get; }

    /// <exception cref="InvalidOperationException">The server is not named.</exception>
    public static async Task<LabGround> MakeAsync(SiloOptions options)
    {
        var ground = new LabGround(Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException(
            $"This build's silos keep their state in PostgreSQL: set {Variable} to the connection string of a server."), options);
        await ground.OnServer($"CREATE DATABASE {ground._name}");
        return ground;
    }

    public async ValueTask DisposeAsync() => await OnServer($"DROP DATABASE {_name} WITH (FORCE)");

    private static SiloOptions[] Spread(string server, string name, SiloOptions options)
    {
        TcpListener[] holders = [.. Enumerable.Range(0, Count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(holders, holder => holder.Start());
        int[] ports = [.. holders.Select(holder => ((IPEndPoint)holder.LocalEndpoint).Port)];
        Array.ForEach(holders, holder => holder.Dispose());
        var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
        return [.. ports.Select(port => options with
        {
            Database = database,
            Cluster = new ClusterSettings { Id = name, SiloPort = port, Probe = TimeSpan.FromSeconds(30) },
        })];
    }

    private async Task OnServer(string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server) { Pooling = false });
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
