using Multipath.Silo.Hosting;

namespace Multipath.Silo.Tests.Hosting;

public sealed class SiloArgumentsTests
{
    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_defaults()
    {
        var (options, error) = SiloArguments.Read(
            ["--grpc", "http://127.0.0.1:7001"],
            name => name switch
            {
                "MPSILO_GRPC" => "http://127.0.0.1:1",
                "MPSILO_DATA" => "/var/lib/mpsilo",
                "MPSILO_DATABASE" => "Host=db",
                _ => null,
            });
        Assert.Null(error);
        Assert.Equal(("http://127.0.0.1:7001/", "http://127.0.0.1:5300/", "/var/lib/mpsilo", "Host=db"),
            (options!.Grpc.ToString(), options.Http.ToString(), options.DataFolder, options.Database));
    }

    [Theory]
    [InlineData("--grpc", "127.0.0.1:5301",
        "--grpc: \"127.0.0.1:5301\" is not an address to listen on, expected for example http://127.0.0.1:5301/")]
    [InlineData("--http", "http://example.org:80",
        "--http: \"http://example.org:80\" is not an address to listen on, expected for example http://127.0.0.1:5300/")]
    [InlineData("--http", "http://127.0.0.1:99999",
        "--http: \"http://127.0.0.1:99999\" is not an address to listen on, expected for example http://127.0.0.1:5300/")]
    [InlineData("--data", "", "--data: a folder was expected")]
    [InlineData("--database", "Database=fleet",
        "--database: The connection string names no Host. Expected for example "
        + "\"Host=db.example;Database=fleet;Username=mpsilo;Password=...\".")]
    [InlineData("--port", "1", "--port: unknown option, see --help for those that there are")]
    public void A_bad_value_is_refused_with_what_was_expected(string option, string value, string expected) =>
        Assert.Equal(expected, SiloArguments.Read([option, value], _ => null).Error);

    [Fact]
    public void A_missing_value_is_named() => Assert.Equal("--data: a value was expected", SiloArguments.Read(["--data"], _ => null).Error);

    [Theory]
    [InlineData("http://*:5301", null)]
    [InlineData("http://localhost:5301", "127.0.0.1")]
    [InlineData("https://[::1]:5301", "::1")]
    public void Addresses_to_listen_on(string url, string? address)
    {
        var (options, error) = SiloArguments.Read(["--grpc", url], _ => null);
        Assert.Null(error);
        Assert.Equal(address, SiloArguments.AddressOf(options!.Grpc)?.ToString());
    }
}
