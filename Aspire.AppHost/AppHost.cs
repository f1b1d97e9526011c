using Aspire.Hosting;
using Multipath.AppHost;

Dashboard.Default();
var builder = DistributedApplication.CreateBuilder(args);
builder.AddFleet();
await builder.Build().RunAsync();
