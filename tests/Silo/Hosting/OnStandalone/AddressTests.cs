using Multipath.Silo.Hosting;

namespace Multipath.Silo.Tests.Hosting;

public sealed class AddressTests
{
    [Theory]
    [InlineData("http://*:0", "[::]")]
    [InlineData("http://127.0.0.1:0", "127.0.0.1")]
    [InlineData("http://localhost:0", "localhost")]
    public async Task A_silo_says_where_it_is_bound(string wanted, string host)
    {
        var (options, _) = SiloArguments.Read(["--grpc", wanted, "--http", wanted], _ => null);
        var folder = Directory.CreateTempSubdirectory("silo-tests-");
        try
        {
            await using var silo = SiloHost.Build(options! with { DataFolder = folder.FullName, Quiet = true });
            await silo.Start(TestContext.Current.CancellationToken);
            Assert.All([silo.GrpcAddress, silo.HttpAddress], address => Assert.Equal((host, true), (address.Host, address.Port > 0)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
