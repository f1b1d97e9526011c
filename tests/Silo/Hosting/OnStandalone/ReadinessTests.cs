using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Wire.Health;
using Multipath.Silo.Hosting;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Hosting;

/// <summary>A silo whose store answers but takes nothing cannot serve, and says so; it lives all the same.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task A_store_that_cannot_be_written_is_found_out_though_nobody_writes_and_so_is_its_repair()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartWithPolicy(options => options with { Clock = time });
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/readyz")).StatusCode);
        using (BrokenStore.Where(silo, "1 = 1"))
        {
            await BecomesAsync(silo, time, HttpStatusCode.ServiceUnavailable);
            var answer = await silo.Http.GetAsync("/readyz");
            Assert.Contains("The store cannot be written", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/healthz")).StatusCode);
            var health = await silo.Health.CheckAsync(new HealthCheckRequest());
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, health.Status);
        }

        await BecomesAsync(silo, time, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_write_that_failed_says_so_at_once_and_one_that_succeeds_takes_it_back()
    {
        await using var silo = await TestSilo.Start();
        using (silo.Break("policy"))
        {
            await Assert.ThrowsAsync<RpcException>(() => silo.Apply(Texts.Policy()));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await silo.Http.GetAsync("/readyz")).StatusCode);
        }

        await silo.Apply(Texts.Policy());
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/readyz")).StatusCode);
    }

    [Fact]
    public async Task While_grains_write_the_probe_writes_nothing()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartWithPolicy(options => options with { Clock = time });
        var probe = silo.Services.GetRequiredService<StoreProbe>();
        using (silo.Break("probe"))
        {
            await probe.Look();
            Assert.Null(probe.Problem);
            time.Advance(StoreProbe.TrustFor);
            await probe.Look();
            Assert.Contains("broken", probe.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_full_disk_makes_a_silo_unready_until_there_is_room_again()
    {
        var folder = Directory.CreateTempSubdirectory("mpsilo-disk-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=1m", "mpsilo-test", folder), "needs the right to mount a small disk");
        try
        {
            var time = new FakeTime();
            var data = Path.Combine(folder, "data");
            await using var silo = await TestSilo.StartWithPolicy(options => options with { Clock = time, DataFolder = data });
            var filler = Path.Combine(folder, "filler");
            Fill(filler);
            var refused = await Assert.ThrowsAsync<RpcException>(() => silo.Apply($"{Texts.Policy()}\n{new string('#', 30_000)}\n"));
            Assert.Contains("is full. Nothing was stored", refused.Status.Detail, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await silo.Http.GetAsync("/readyz")).StatusCode);
            File.Delete(filler);
            await BecomesAsync(silo, time, HttpStatusCode.OK);
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static Task BecomesAsync(TestSilo silo, FakeTime time, HttpStatusCode status) => Eventually.HoldsAsync(
        $"/readyz answers {status}",
        async () =>
        {
            time.Advance(StoreProbe.LookEvery);
            return (await silo.Http.GetAsync("/readyz")).StatusCode == status;
        },
        TestSilo.Patience);

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        var block = new byte[1024];
        try
        {
            while (true)
            {
                stream.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
