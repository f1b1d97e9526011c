using Multipath.Bench;

return await BenchCommand.RunAsync(args, Console.Out);
