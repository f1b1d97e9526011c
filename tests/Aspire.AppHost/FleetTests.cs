using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Multipath.AppHost.Tests;

/// <summary>What the orchestrator asks Aspire for.</summary>
public sealed class FleetTests
{
    private readonly RecordingBuilder _builder = new();

    public FleetTests() => _builder.AddFleet();

    private IEnumerable<ProjectResource> Silos => _builder.Resources.OfType<ProjectResource>()
        .Where(project => project.Project == typeof(Projects.Silo) && project.Arguments.Count == 0);

    private IEnumerable<ProjectResource> Hosts =>
        _builder.Resources.OfType<ProjectResource>().Where(project => project.Project == typeof(Projects.Lab));

    [Fact]
    public void There_are_a_database_two_silos_and_three_hosts() => Assert.Equal(
        ["postgres", "fleet", "schema", "silo-1", "silo-2", "policies", "van-1", "van-2", "van-3"],
        _builder.Resources.Select(resource => resource.Name));

    [Fact]
    public void A_PostgreSQL_that_is_there_is_used_in_place_of_a_container()
    {
        var builder = new RecordingBuilder();
        builder.Configuration["ConnectionStrings:fleet"] = "Host=db";
        builder.AddFleet();

        Assert.Equal(_builder.Resources.Select(resource => resource.Name).Skip(1), builder.Resources.Select(resource => resource.Name));
        Assert.IsType<ConnectionStringResource>(builder.Resources[0]);
        Assert.All(
            builder.Resources.OfType<ProjectResource>().Where(project => project.Project == typeof(Projects.Silo)),
            silo => Assert.Equal("{fleet}", silo.Environment["MPSILO_DATABASE"]));
    }

    [Theory]
    [InlineData("Clustering")]
    [InlineData("Reminders")]
    [InlineData("GrainStorage__postgresql")]
    public void Orleans_finds_its_part_in_PostgreSQL(string part) => Assert.All(Silos, silo =>
    {
        Assert.Equal("AdoNet", silo.Environment[$"Orleans__{part}__ProviderType"]);
        Assert.Equal("Npgsql", silo.Environment[$"Orleans__{part}__Invariant"]);
        var name = silo.Environment[$"Orleans__{part}__ConnectionName"];
        Assert.Equal("{fleet}", silo.Environment[$"ConnectionStrings__{name}"]);
    });

    [Fact]
    public void Silos_are_one_cluster_on_ports_of_their_own() => Assert.All(Silos, silo =>
    {
        Assert.Equal(silo.Environment["Orleans__ClusterId"], silo.Environment["MPSILO_CLUSTER"]);
        Assert.Equal(silo.Environment["Orleans__ServiceId"], silo.Environment["MPSILO_CLUSTER"]);
        Assert.Equal("{fleet}", silo.Environment["MPSILO_DATABASE"]);
        Assert.Equal("127.0.0.1", silo.Environment["MPSILO_ADVERTISE"]);
        Assert.Equal($"http://127.0.0.1:{{{silo.Name}.http.TargetPort}}", silo.Environment["MPSILO_HTTP"]);
        Assert.Equal($"http://127.0.0.1:{{{silo.Name}.grpc.TargetPort}}", silo.Environment["MPSILO_GRPC"]);
        Assert.Equal($"{{{silo.Name}.orleans-silo.TargetPort}}", silo.Environment["MPSILO_SILO_PORT"]);
        Assert.Equal("http2", silo.Endpoints.Single(endpoint => endpoint.Name == "grpc").Transport);
    });

    [Fact]
    public void Everything_waits_for_what_it_needs()
    {
        var waits = _builder.Resources.OfType<ProjectResource>()
            .ToDictionary(project => project.Name, project => string.Join(", ", project.WaitsFor));
        Assert.Equal("fleet", waits["schema"]);
        Assert.Equal(("end of schema", "end of schema"), (waits["silo-1"], waits["silo-2"]));
        Assert.Equal("silo-1", waits["policies"]);
        Assert.Equal(
            ["silo-1, end of policies", "silo-2, end of policies", "silo-2, end of policies"], Hosts.Select(host => waits[host.Name]));
    }

    [Fact]
    public void The_dashboard_leads_to_a_page_that_a_silo_has() =>
        Assert.All(Silos, silo => Assert.Equal("/api/v1/hosts hosts", silo.Urls["http"]));

    [Fact]
    public void A_silo_is_healthy_when_it_is_ready() => Assert.All(Silos, silo => Assert.Equal("http/readyz 200", silo.HealthCheck));

    [Fact]
    public void Programs_run_from_the_build_of_Orleans() => Assert.All(_builder.Resources.OfType<ProjectResource>(), project =>
    {
        Assert.Equal("Orleans", project.Environment["Hosting"]);
        Assert.True(project.IsLaunchProfileExcluded);
    });

    [Fact]
    public void The_schema_is_made_by_the_silos_own_program()
    {
        var schema = _builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "schema");
        Assert.Equal((typeof(Projects.Silo), "migrate"), (schema.Project, Assert.Single(schema.Arguments)));
        Assert.Equal("{fleet}", schema.Environment["MPSILO_DATABASE"]);
    }

    [Fact]
    public void The_policy_is_one_of_the_Labs()
    {
        var arguments = _builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "policies").Arguments;
        Assert.Equal(["apply", "--filename", "--server", "{silo-1.grpc.Url}"], [.. arguments[..2], .. arguments[3..]]);
        Assert.True(File.Exists(arguments[2]), arguments[2]);
    }

    /// <summary>Aspire puts no <c>--</c> before a program's arguments, and <c>dotnet run</c> knows short options of its own.</summary>
    [Fact]
    public void Options_are_long() => Assert.All(
        _builder.Resources.OfType<ProjectResource>().SelectMany(project => project.Arguments).Where(argument => argument.StartsWith('-')),
        option => Assert.StartsWith("--", option, StringComparison.Ordinal));

    [Fact]
    public void Hosts_are_what_the_Lab_simulates()
    {
        Assert.Equal(
            ["hosts van-1 --silo {silo-1.grpc.Url}", "hosts van-2 --silo {silo-2.grpc.Url}", "hosts van-3 --silo {silo-2.grpc.Url}"],
            Hosts.Select(host => string.Join(' ', host.Arguments)));
        Assert.All(Hosts, host => Assert.Equal([host.Arguments[^1]], host.References));
    }
}
