using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.DataPlanes.Tun.Proxy;
using Multipath.Agent.Namespaces;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>Real programs on the kernel's side, made to speak Multipath TCP by mptcpize.</summary>
public sealed class ProgramTests
{
    private const int Bytes = 20_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Curl_gets_a_file_from_a_server_on_our_stack()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl") && File.Exists("/usr/bin/mptcpize"), "needs curl and mptcpize");
        using var bed = Bed.Create();
        using var listener = await bed.Stack.ListenAsync(new IPEndPoint(IPAddress.Any, 8080));
        var serving = ServeAsync(listener);
        var printed = NetLab.Ip(
            "netns", "exec", bed.Netns, "mptcpize", "run", "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}",
            $"http://{bed.Ours(1)}:8080/file");
        Assert.Equal($"200 {Bytes}", printed);
        Assert.True(await serving);
    }

    [Fact]
    public async Task We_get_a_file_from_pythons_web_server()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3") && File.Exists("/usr/bin/mptcpize"), "needs python3 and mptcpize");
        var folder = Directory.CreateTempSubdirectory("interop");
        try
        {
            var content = new byte[Bytes];
            new Random(5).NextBytes(content);
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "file"), content, Cancellation);
            using var bed = Bed.Create();
            using var server = Process.Start(new ProcessStartInfo("ip",
                ["netns", "exec", bed.Netns, "mptcpize", "run", "python3", "-m", "http.server", "-d", folder.FullName, "8081"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            try
            {
                var got = await GetAsync(bed, 8081);
                Assert.Equal(content, got);
            }
            finally
            {
                server.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [CombinatorialBools]
    public async Task Iperf3_measures_both_ways(bool reverse)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/iperf3") && File.Exists("/usr/bin/mptcpize"), "needs iperf3 and mptcpize");
        using var bed = Bed.Create();
        using var listener = await bed.Stack.ListenAsync(new IPEndPoint(IPAddress.Any, 5201));
        using var server = Process.Start(new ProcessStartInfo("ip",
            ["netns", "exec", bed.Netns, "iperf3", "--server", "--one-off", "--bind", "127.0.0.1", "--port", "5202"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            await Eventually.HoldsAsync(
                "iperf3 listens", () => NetLab.Ip("netns", "exec", bed.Netns, "ss", "-Hltn", "sport = :5202").Length > 0);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var relaying = RelayAsync(bed, listener, 5202, stop.Token);
            string[] line =
            [
                "netns", "exec", bed.Netns, "timeout", "30", "mptcpize", "run", "iperf3", "--client", $"{bed.Ours(1)}",
                "--bytes", "20M", "--json",
            ];
            var printed = await Task.Run(() => NetLab.Ip(reverse ? [.. line, "--reverse"] : line), Cancellation);
            using var report = JsonDocument.Parse(printed);
            var sums = report.RootElement.GetProperty("end");

            // What is still in the relay when the sender is done does not count as received.
            Assert.InRange(sums.GetProperty("sum_sent").GetProperty("bytes").GetInt64(), Bytes, 2 * Bytes);
            Assert.InRange(sums.GetProperty("sum_received").GetProperty("bytes").GetInt64(), Bytes / 4, 2 * Bytes);
            await stop.CancelAsync();

            // One for what the programs tell each other, one for the bytes.
            Assert.Equal([true, true], await relaying);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Carries what is accepted on the stack to a program behind it.</summary>
    /// <returns>Of each connection, whether it was Multipath TCP.</returns>
    private static async Task<List<bool>> RelayAsync(Bed bed, MultipathListener listener, int port, CancellationToken stop)
    {
        List<bool> seen = [];
        List<Task> running = [];
        try
        {
            while (true)
            {
                var accepted = await listener.AcceptAsync(stop);
                seen.Add((await accepted.InfoAsync())?.IsMultipath ?? false);
                var behind = NetNamespace.Run(bed.Netns, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await behind.ConnectAsync(IPAddress.Loopback, port, stop);
                running.Add(new Relay(behind, accepted).RunAsync(stop));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
            return seen;
        }
    }

    private static async Task<byte[]> GetAsync(Bed bed, int port)
    {
        MultipathStream? stream = null;
        await Eventually.HoldsAsync("the server listens", async () =>
        {
            try
            {
                stream = await bed.Stack.ConnectAsync(new IPEndPoint(bed.Theirs(1), port), cancellation: Cancellation);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        });
        await using var connection = stream!;
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET /file HTTP/1.0\r\nHost: {bed.Theirs(1)}\r\n\r\n"), Cancellation);
        using var answer = new MemoryStream();
        await connection.CopyToAsync(answer, Cancellation);
        Assert.True(await bed.Stack.AskAsync((handler, _) => handler.Stack.TryGetInfo(connection.Id, out var info) && info.IsMultipath));
        var bytes = answer.ToArray();
        var body = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return bytes[body..];
    }

    /// <returns>Whether the client spoke Multipath TCP.</returns>
    private static async Task<bool> ServeAsync(MultipathListener listener)
    {
        await using var stream = await listener.AcceptAsync(Cancellation);
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync(Cancellation) is { Length: > 0 })
        {
        }

        var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {Bytes}\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        await stream.WriteAsync(new byte[Bytes], Cancellation);
        var isMultipath = (await stream.InfoAsync())?.IsMultipath ?? false;
        stream.CompleteWrites();
        return isMultipath;
    }
}
