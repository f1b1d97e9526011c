using Aspire.Hosting;
using Multipath.AppHost;

Dashboard.Default();
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
{
    Args = args,
    DashboardApplicationName = "multipath",
    // All of it is in clear, on loopback.
    TrustDeveloperCertificate = false,
});
builder.AddFleet();
await builder.Build().RunAsync();
