using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;

if (UpkeepArguments.AreOf(args))
{
    return await Upkeep.Run(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, CancellationToken.None);
}

if (args.Contains("--help"))
{
    Console.WriteLine(SiloArguments.Help);
    return 0;
}

var (options, error) = SiloArguments.Read(args, Environment.GetEnvironmentVariable);
if (options is null)
{
    await Console.Error.WriteLineAsync($"mpsilo: {error}");
    return 2;
}

try
{
    await using var silo = SiloHost.Build(options);
    await silo.Start();
    Console.WriteLine($"mpsilo serves gRPC on {silo.GrpcAddress} and HTTP on {silo.HttpAddress}, data in {SiloStore.Describe(options)}");
    await silo.WaitForShutdown();
    return 0;
}
catch (Exception failure) when (failure is StoreException or IOException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync($"mpsilo: {failure.Message}");
    return 1;
}
