using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Multipath.Agent.DataPlanes.Tun;
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
