using System.Diagnostics;
using Multipath.Lab.Baselines;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Tests.Net;

/// <summary>Real namespaces, links and sockets; one after the other, because hosts of one process share their names.</summary>
[Collection("Network")]
public sealed class LabNetworkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_stream_over_two_uplinks_arrives_intact_and_nothing_is_left_behind()
    {
        SkipUnlessAble();
        string[] namespaces;
        using (var topology = GapTopology.Create(endOnSignals: false))
        {
            namespaces = [.. topology.Lab.Hosts.Select(h => h.Namespace)];
            new KernelBaseline(Backup: false).Configure(topology.Client, topology.Server, topology.Links);
            var spec = TransferSpec.Bulk(Direction.Upload, seconds: 20) with { MaxBytes = 3_000_000 };
            var result = Transfer.Start(spec, topology.Client, topology.Server).Wait();

            Assert.Null(result.Failure);
            Assert.True(result.IsIntact);
            Assert.True(result.IsMptcp);
            Assert.Equal(result.SentBytes, result.ReceivedBytes);
            Assert.All(topology.Links, l => Assert.True(l.Counters(Direction.Upload).DeliveredBytes > 20_000, l.Name));
        }

        Assert.All(namespaces, n => Assert.False(File.Exists("/var/run/netns/" + n)));
    }

    [Theory]
    [InlineData(nameof(Outage.Down))]
    [InlineData(nameof(Outage.CarrierLost))]
    public async Task The_kernel_tells_of_an_interface_that_is_gone_and_routes_are_back_afterwards(string outage)
    {
        SkipUnlessAble();
        using var topology = GapTopology.Create(uplinks: 1, endOnSignals: false);
        var routes = Routes(topology);
        using var monitor = Start("ip", "-n", topology.Client.Namespace, "-o", "monitor", "link");

        // The listener is at work once it shows a change that was made until it did.
        var listening = Task.Run(() => ReadUntil(monitor, "mtu 1400"));
        for (var mtu = 1400; !listening.IsCompleted; mtu = mtu == 1400 ? 1301 : 1400)
        {
            IpCommand.Run("-n", topology.Client.Namespace, "link", "set", "wlan0", "mtu", $"{mtu}");
        }

        await listening;
        topology.Links[0].Set(Enum.Parse<Outage>(outage));
        Assert.Contains("wlan0", ReadUntil(monitor, "state DOWN"), StringComparison.Ordinal);
        topology.Links[0].Set(Outage.None);
        Assert.Equal(routes, Routes(topology));
        monitor.Kill();
    }

    [Fact]
    public void A_transfer_survives_the_cut_of_its_first_uplink()
    {
        SkipUnlessAble();
        var measurement = GapExperiment.Run(
            new GapCase(Direction.Download, Outage.Blackhole, Backup: true), KernelBaseline.Steering(staleLossCount: 1));
        Assert.True(measurement.Transfer.IsIntact, measurement.Transfer.Failure);
        Assert.True(measurement.GapMs > 0);
    }

    [Theory]
    [InlineData("TERM", true)]
    [InlineData("INT", true)]
    [InlineData("KILL", false)]
    public void A_run_that_is_ended_removes_its_namespaces_or_the_next_one_does(string signal, bool byItself)
    {
        SkipUnlessAble();
        using var child = Start(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
            Path.Combine(AppContext.BaseDirectory, "mplab.dll"), "--plain");
        var namespaces = ReadUntil(child, "mplab").Split(' ').Where(word => word.StartsWith("mplab", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, namespaces.Length);

        using (var kill = Start("kill", $"-{signal}", $"{child.Id}"))
        {
            Assert.True(kill.WaitForExit(Patience));
        }

        Assert.True(child.WaitForExit(Patience));
        if (byItself)
        {
            Assert.All(namespaces, n => Assert.False(File.Exists("/var/run/netns/" + n)));
        }

        LeftoverSweep.Run();
        Assert.All(namespaces, n => Assert.False(File.Exists("/var/run/netns/" + n)));
    }

    private static void SkipUnlessAble()
    {
        var lacking = Preconditions.Lacking();
        Assert.SkipUnless(lacking.Count == 0, $"This machine lacks {string.Join("; ", lacking)}.");
    }

    private static string Routes(GapTopology topology) =>
        IpCommand.Run("-n", topology.Client.Namespace, "route", "show", "table", "101")
        + IpCommand.Run("-n", topology.Client.Namespace, "route", "show", "default");

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string ReadUntil(Process process, string part)
    {
        var reading = Task.Run(() =>
        {
            string? line;
            do
            {
                line = process.StandardOutput.ReadLine();
            }
            while (line is not null && !line.Contains(part, StringComparison.Ordinal));
            return line ?? throw new InvalidOperationException($"ended without '{part}'");
        });
        return reading.Wait(Patience) ? reading.Result : throw new TimeoutException($"'{part}' did not come");
    }
}
