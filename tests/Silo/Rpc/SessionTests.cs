using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Rpc;

public sealed class SessionTests
{
    [Fact]
    public async Task Hosts_whose_names_read_as_one_number_are_two_also_after_a_restart()
    {
        string[] names = ["7", "007", "cafe", "CAFE"];
        await using var silo = await TestSilo.Start();
        foreach (var name in names)
        {
            await using var agent = await silo.Agent(name, $"name=of-{name}");
            await agent.ReportAll();
            await agent.UntilQuiet();
        }

        await silo.Restart();
        foreach (var name in names)
        {
            Assert.Equal($"of-{name}", (await silo.Host(name)).Summary.Labels["name"]);
        }
    }

    [Fact]
    public async Task The_first_message_must_be_a_hello()
    {
        await using var silo = await TestSilo.Start();
        using var call = silo.Gateway.Connect();
        await call.RequestStream.WriteAsync(new AgentMessage { Heartbeat = new Heartbeat() });
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("a'; DROP TABLE grain_state; --")]
    [InlineData("<script>")]
    public async Task A_host_id_that_is_no_name_is_refused(string host)
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent(host);
        Assert.Equal(StatusCode.InvalidArgument, (await agent.End()).StatusCode);
    }

    [Fact]
    public async Task A_report_for_another_host_ends_the_session()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        await agent.Send(new AgentMessage { Report = new Report { Host = "van-2", Sequence = 1, Full = true } });
        Assert.Equal(StatusCode.PermissionDenied, (await agent.End()).StatusCode);
    }

    [Fact]
    public async Task A_silo_that_stops_says_so_to_its_agents_at_once()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        silo.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal(StatusCode.Unavailable, (await agent.End()).StatusCode);
    }

    [Fact]
    public async Task A_gap_in_the_sequence_asks_once_for_a_whole_report()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        await agent.ReportAll();
        await agent.UntilQuiet();

        agent.Sequence += 5;
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2"));
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2"));
        var seen = await agent.UntilQuiet();
        var request = Assert.Single(seen, message => message.BodyCase == SiloMessage.BodyOneofCase.FullReportRequest);
        Assert.Equal("report 7 came after 1", request.FullReportRequest.Reason);

        await agent.ReportAll();
        Assert.Empty(await agent.UntilQuiet());
        Assert.Equal(2u, (await silo.Host()).Summary.Paths);
    }

    [Fact]
    public async Task An_older_sequence_and_an_absurd_number_are_refused_and_the_stream_survives()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        await agent.ReportAll();
        agent.Sequence = 0;
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", rttMs: double.NaN));
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", rttMs: -1));
        Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        var host = await silo.Host();
        Assert.Equal((2u, 20d), (host.Summary.PathsUp, host.Paths[0].RttMs));
    }

    [Fact]
    public async Task A_whole_report_that_cannot_be_read_is_asked_for_again()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        await agent.Next(SiloMessage.BodyOneofCase.FullReportRequest);
        var unreadable = new Report { Host = "van-1", Sequence = ++agent.Sequence, Full = true, ObservedAtUs = -1 };
        await agent.Send(new AgentMessage { Report = unreadable });
        var request = await agent.Next(SiloMessage.BodyOneofCase.FullReportRequest);
        Assert.Equal("-1 is not a time", request.FullReportRequest.Reason);
        await agent.ReportAll();
        Assert.Empty(await agent.UntilQuiet());
        Assert.Equal(2u, (await silo.Host()).Summary.Paths);
    }

    [Fact]
    public async Task An_agent_whose_reports_are_always_refused_is_disconnected()
    {
        await using var silo = await TestSilo.Start(options => options with { Sessions = options.Sessions with { RefusalsInARow = 3 } });
        await using var agent = await silo.Agent();
        for (var i = 0; i < 3; i++)
        {
            await agent.Report(
                new Contracts.Wire.Path { Id = new PathId { Interface = "\u0007", Address = ByteString.CopyFrom(1, 2, 3) } });
        }

        Assert.Equal(StatusCode.InvalidArgument, (await agent.End()).StatusCode);
    }

    [Fact]
    public async Task A_newer_session_of_the_host_ends_the_older_one()
    {
        await using var silo = await TestSilo.Start();
        await using var older = await silo.Agent();
        await older.Next(SiloMessage.BodyOneofCase.Welcome);
        await using var newer = await silo.Agent();
        Assert.Equal(StatusCode.Aborted, (await older.End()).StatusCode);
        await newer.ReportAll();
        await newer.UntilQuiet();
        Assert.Equal(HostStatus.Unmanaged, (await silo.Host()).Summary.Status);
    }

    [Fact]
    public async Task The_end_of_a_session_leaves_the_host_away_and_the_next_one_goes_on_with_differences()
    {
        await using var silo = await TestSilo.Start();
        await using (var agent = await silo.Agent())
        {
            await agent.ReportAll();
            await agent.UntilQuiet();
            await agent.Finish();
        }

        await silo.HostIs(HostStatus.Away);
        await using var back = await silo.Agent(sequence: 1);
        await back.Report(TestAgent.Path("eth0", "10.3.0.2"));
        Assert.DoesNotContain(await back.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.FullReportRequest);
        Assert.Equal(3u, (await silo.Host()).Summary.Paths);
    }

    [Fact]
    public async Task Sessions_above_the_limit_are_told_to_come_back()
    {
        await using var silo = await TestSilo.Start(options => options with { Sessions = options.Sessions with { Sessions = 1 } });
        await using var first = await silo.Agent();
        await first.Next();
        await using var second = await silo.Agent("van-2");
        Assert.Equal(StatusCode.ResourceExhausted, (await second.End()).StatusCode);
    }

    [Fact]
    public async Task Hostile_bytes_end_a_call_and_not_the_silo()
    {
        await using var silo = await TestSilo.Start();
        using var client =
            new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var random = new Random(20_301);
        for (var round = 0; round < 200; round++)
        {
            var body = new byte[random.Next(0, 64)];
            random.NextBytes(body);
            if (round % 2 == 0 && body.Length >= 5)
            {
                // A whole frame, so that the garbage reaches the message's parser.
                body[0] = 0;
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
            }

            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/grpc");
            var target = new Uri(silo.GrpcAddress, "/multipath.agent.v1.AgentGateway/Connect");
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = content };
            request.Headers.TE.Add(new("trailers"));
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            using var answer = await client.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();
        }

        await using var agent = await silo.Agent();
        await agent.ReportAll();
        await agent.UntilQuiet();
    }
}
