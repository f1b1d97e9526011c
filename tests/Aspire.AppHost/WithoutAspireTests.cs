using System.Diagnostics;

namespace Multipath.AppHost.Tests;

public sealed class WithoutAspireTests
{
    [Fact]
    public async Task One_line_says_what_to_run()
    {
        using var program = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "mpapphost.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complained = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, program.ExitCode);
        Assert.Equal("", await said);
        Assert.EndsWith("dotnet run --project Aspire.AppHost -p:Aspire=true\n", complained, StringComparison.Ordinal);
        Assert.Equal(1, complained.Count(letter => letter == '\n'));
    }
}
