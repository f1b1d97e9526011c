using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.Silo.Tests.Support;
using Npgsql;
using EndpointOptions = Orleans.Configuration.EndpointOptions;

namespace Multipath.Silo.Tests.Hosting;

/// <summary>A silo that comes to a database or a cluster that it cannot work with says why, and leaves both as they are.</summary>
public sealed class JoinTests
{
    [Fact]
    public async Task A_cluster_of_the_same_name_that_does_not_answer_is_not_joined()
    {
        await using var ground = await TestGround.Make(Options);
        var options = ground.Silos(Options)[0];
        await (await Start(options)).DisposeAsync();
        // A silo that signs in the same database, and lives where this one's packets do not come.
        await PostgresFixture.Execute(
            options.Database!,
            $"INSERT INTO orleansmembershiptable VALUES ('{options.Cluster.Id}', '127.0.0.1', 1, 1, 'a', 'a', 3, 0, NULL, now(), "
            + "now() + interval '1 hour')");
        var impatient = options with
        {
            Cluster = options.Cluster with { Probe = TimeSpan.FromSeconds(1), JoinWithin = TimeSpan.FromSeconds(3) },
        };
        var why = await Refusal(impatient);
        Assert.StartsWith(
            $"Other silos of cluster \"{options.Cluster.Id}\" stand in the database and do not answer: ", why, StringComparison.Ordinal);
        Assert.Contains("S127.0.0.1:1:1", why, StringComparison.Ordinal);
        Assert.EndsWith("give it an id (--cluster) or a database of its own.", why, StringComparison.Ordinal);
        // Under another id the same database has room for one; at another port, as a silo that could not join holds its own till it ends.
        var other = ground.Silos(Options)[1];
        await (await Start(other with { Cluster = other.Cluster with { Id = "another" } })).DisposeAsync();
    }

    [Fact]
    public async Task A_silo_of_an_older_version_does_not_join_and_the_others_go_on()
    {
        await using var silo = await TestSilo.Start();
        var options = silo.Ground.Silos(Options)[0];
        await PostgresFixture.Execute(options.Database!, "INSERT INTO mp_migration (set_name, step) VALUES ('orleans', 99)");
        Assert.Contains("has orleans schema 99, this program knows up to 2: it was migrated by a newer version.", await Refusal(options),
            StringComparison.Ordinal);
        await silo.Apply(Texts.Policy());
    }

    [Fact]
    public async Task A_silo_of_the_version_before_joins_where_the_newer_one_only_added()
    {
        await using var silo = await TestSilo.Start();
        var options = silo.Ground.Silos(Options)[0];
        await PostgresFixture.Execute(
            options.Database!,
            "ALTER TABLE orleansstorage ADD note text; INSERT INTO mp_migration (set_name, step, least) VALUES ('orleans', 3, 2)");
        await using var older = await Start(options);
        await silo.Apply(Texts.Policy());
    }

    [Fact]
    public async Task A_silo_at_the_port_of_one_that_runs_is_refused_and_that_one_goes_on()
    {
        await using var silo = await TestSilo.Start();
        var port = silo.Services.GetRequiredService<IOptions<EndpointOptions>>().Value.SiloPort;
        var options = silo.Ground.Silos(Options)[0];
        Assert.StartsWith(
            $"--silo-port: 127.0.0.1:{port} cannot be listened on (",
            await Refusal(options with { Cluster = options.Cluster with { SiloPort = port } }),
            StringComparison.Ordinal);
        await silo.Apply(Texts.Policy());
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("DROP TABLE orleansreminderstable", "table orleansreminderstable is missing")]
    [InlineData("ALTER TABLE orleansstorage DROP payload", "table orleansstorage has no column payload")]
    [InlineData("DELETE FROM orleansquery WHERE querykey = 'GatewaysQueryKey'", "row GatewaysQueryKey of table orleansquery is missing")]
    public async Task A_schema_that_is_not_whole_is_refused_with_what_is_lacking(string damage, string expected)
    {
        await using var ground = await TestGround.Make(Options);
        var options = ground.Silos(Options)[0];
        await (await Start(options)).DisposeAsync();
        await PostgresFixture.Execute(options.Database!, damage);
        Assert.Contains($"has not the schema that its migrations made: {expected}.", await Refusal(options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_another_program_made_are_not_taken_over()
    {
        await using var ground = await TestGround.Make(Options);
        var options = ground.Silos(Options)[0];
        await PostgresFixture.Execute(options.Database!, "CREATE TABLE orleansquery (querykey text, querytext text)");
        Assert.Contains("that no migration of this program made", await Refusal(options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password", "wrong", "refuses the password of role postgres. Check Username and Password of the connection string.")]
    [InlineData("Database", "absent", "has no database absent. Make it: CREATE DATABASE absent.")]
    [InlineData("Host", "/nowhere", "cannot be reached (")]
    public async Task A_connection_string_that_does_not_connect_is_refused_with_what_to_check(string key, string value, string expected)
    {
        await using var ground = await TestGround.Make(Options);
        var options = ground.Silos(Options)[0];
        var wrong = new NpgsqlConnectionStringBuilder(options.Database) { [key] = value };
        Assert.Contains(expected, await Refusal(options with { Database = wrong.ToString() }), StringComparison.Ordinal);
    }

    private static SiloOptions Options { get; } =
        new() { Grpc = new Uri("http://127.0.0.1:0"), Http = new Uri("http://127.0.0.1:0"), Quiet = true };

    private static async Task<SiloHost> Start(SiloOptions options)
    {
        var silo = SiloHost.Build(options);
        await silo.Start(TestContext.Current.CancellationToken);
        return silo;
    }

    private static async Task<string> Refusal(SiloOptions options)
    {
        await using var silo = SiloHost.Build(options);
        return (await Assert.ThrowsAsync<StoreException>(() => silo.Start(TestContext.Current.CancellationToken))).Message;
    }
}
