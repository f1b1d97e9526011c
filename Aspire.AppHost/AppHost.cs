using Aspire.Hosting;
using Multipath.AppHost;

Dashboard.Default();
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
{
    Args = args,
    DashboardApplicationName = "multipath",
});
builder.AddFleet();
await builder.Build().RunAsync();
