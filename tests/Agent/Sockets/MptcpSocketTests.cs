using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Agent.Tests.DataPlanes.Kernel;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Sockets;

public sealed class MptcpSocketTests
{
    [Fact]
    public async Task Every_option_tells_of_both_subflows()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var second = await hosts.AddSecondAsync();
        var socket = hosts.ClientSocket;
        Assert.True(socket.IsMptcp);
        Assert.Equal(hosts.Token, socket.Info!.Value.Token);
        Assert.Equal(2, socket.SubflowInfo.Length);
        Assert.All(socket.SubflowInfo, tcp => Assert.Equal(TcpState.Established, tcp.State));
        Assert.Contains(new SubflowEnds(second.Tuple.Local, second.Tuple.Remote), socket.Subflows);

        var full = socket.FullInfo!;
        Assert.Equal(socket.Subflows.Order(Ends), full.Subflows.Select(s => s.Ends).Order(Ends));
        Assert.Equal(hosts.Token, full.Connection.Token);
        Assert.All(full.Subflows, s => Assert.Equal(TcpState.Established, s.Tcp.State));
    }

    [Fact]
    public async Task A_server_that_speaks_only_tcp_makes_it_tcp()
    {
        using var hosts = TwoHosts.Create();
        using var listener = NetNamespace.Run(hosts.ServerNetns,
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var socket = await NetNamespace.Run(hosts.ClientNetns,
            () => MptcpSocket.ConnectAsync(new IPEndPoint(TwoHosts.ServerFirst, port)));
        Assert.False(socket.IsMptcp);
        Assert.Null(socket.Info);
        Assert.Empty(socket.Subflows);
        Assert.Null(socket.FullInfo);
    }

    [Fact]
    public void Switched_off_it_says_which_sysctl()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var netns = lab.Add("off");
        NetLab.Sysctl(netns, "net.mptcp.enabled", "0");
        var error = Assert.Throws<MptcpUnavailableException>(
            () => NetNamespace.Run(netns, () => MptcpSocket.Create(AddressFamily.InterNetwork)));
        Assert.Equal(92, error.Errno);
        Assert.Equal("Cannot open an MPTCP socket: ENOPROTOOPT. MPTCP is switched off: set net.mptcp.enabled=1.", error.Message);
    }

    [Theory]
    [InlineData(93, "CONFIG_MPTCP")]
    [InlineData(22, "5.6")]
    public void Other_kernels_errors_say_what_they_mean(int errno, string part) =>
        Assert.Contains(part, new MptcpUnavailableException(errno).Message, StringComparison.Ordinal);

    [Fact]
    public void Congestion_control_is_chosen_and_an_unknown_one_refused()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var socket = MptcpSocket.Create(AddressFamily.InterNetwork);
        socket.SetCongestionControl("cubic");
        Assert.Throws<SocketException>(() => socket.SetCongestionControl("no-such"));
    }

    private static readonly Comparer<SubflowEnds> Ends =
        Comparer<SubflowEnds>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));
}
