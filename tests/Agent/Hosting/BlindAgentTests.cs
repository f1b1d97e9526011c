using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Agent.Tests.Reconcile;

namespace Multipath.Agent.Tests.Hosting;

/// <summary>An agent that would hear nothing more says so instead of going on.</summary>
public sealed class BlindAgentTests : IPathInventory
{
    private readonly Channel<MptcpEvent> _events = Channel.CreateUnbounded<MptcpEvent>();
    private readonly Channel<ImmutableArray<HostPath>> _paths = Channel.CreateUnbounded<ImmutableArray<HostPath>>();

    ImmutableArray<HostPath> IPathInventory.Current => [];

    [Fact]
    public async Task Events_of_the_data_plane_that_end_fail_the_agent()
    {
        await using var agent = Start();
        _events.Writer.Complete();
        Assert.Equal("The events of the data plane have ended: the agent would not see what happens.", await FailureOf(agent));
    }

    [Fact]
    public async Task Changes_of_paths_that_end_in_an_error_fail_it_by_that()
    {
        await using var agent = Start();
        _paths.Writer.Complete(new IOException("no more"));
        Assert.Equal("no more", await FailureOf(agent));
    }

    [Fact]
    public async Task A_stop_is_no_failure()
    {
        var agent = Start();
        await agent.DisposeAsync();
        Assert.False(agent.Failed.IsCompleted);
    }

    async IAsyncEnumerable<ImmutableArray<HostPath>> IPathInventory.ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var paths in _paths.Reader.ReadAllAsync(cancellation))
        {
            yield return paths;
        }
    }

    void IDisposable.Dispose()
    {
    }

    private static async Task<string> FailureOf(AgentHost agent) =>
        (await Assert.ThrowsAnyAsync<Exception>(() => agent.Failed.WaitAsync(TestContext.Current.CancellationToken))).Message;

    private AgentHost Start() => AgentHost.Start(
        new AgentOptions("van-1"),
        new AgentGround(new FakePlane { Events = _events.Reader }, this, new HostCapabilities([], "6.18"), () => { }));
}
