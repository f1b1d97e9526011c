using Multipath.Cli;

var shell = new Shell(
    Console.In, Console.Out, Console.Error, TimeProvider.System,
    Environment.GetEnvironmentVariable, IsTerminal: !Console.IsOutputRedirected);
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
return await Mpctl.RunAsync(args, shell, interrupted.Token);
