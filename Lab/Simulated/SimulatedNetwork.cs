using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Hosting;
using Multipath.Agent.Session;
using Multipath.Lab.Demo;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;
using Multipath.Policies.Model;

namespace Multipath.Lab.Simulated;

/// <summary>
/// A scenario's network without root, TUN or MPTCP: userspace stacks on a network of packets, kept in step with real time by a thread.
/// </summary>
internal sealed class SimulatedNetwork : IScenarioNetwork
{
    /// <summary>Short against every gap that is measured; packets have their exact times in between.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly Scenario _scenario;
    private readonly SharedWorld _shared;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly List<RunningTransfer> _running = [];
    private readonly ManualResetEventSlim _stop = new();

    internal SimulatedNetwork(Scenario scenario)
    {
        _scenario = scenario;
        _shared = new SharedWorld(new SimulatedWorld(scenario));
        _thread = new Thread(Run) { IsBackground = true, Name = "simulated world" };
        _thread.Start();
    }

    public string DataPlane => "simulated";

    public IEnumerable<string> Hosts => _scenario.Hosts.Select(host => host.Name);

    public AgentHost StartAgent(AgentOptions options) => AgentHost.Start(options, new AgentGround(
        new StackPlane(new SimulatedAccess(_shared, options.Host)),
        new SimulatedInventory(_shared, options.Host),
        new HostCapabilities(StackPlane.SchedulerNames.ToEquatableArray(), "simulated"),
        Restore: () => { }));

    public IRunningTransfer Start(ScenarioTraffic traffic)
    {
        var running = new RunningTransfer(_shared.Do(world => world.Start(traffic)));
        lock (_gate)
        {
            _running.Add(running);
        }

        return running;
    }

    public Task PlayAsync(Action<ScenarioEvent> done, TimeProvider clock, CancellationToken cancellation) =>
        TimelinePlayer.PlayAsync(_scenario.Timeline, due => _shared.Do(world => world.Play(due)), done, clock, cancellation);

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _shared.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(Tick))
        {
            _shared.Do(_ =>
            {
                lock (_gate)
                {
                    _running.RemoveAll(one => one.Poll());
                }
            });
        }
    }

    private sealed class RunningTransfer(SimulatedTransfer transfer) : IRunningTransfer
    {
        private readonly TaskCompletionSource<TransferResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long ReceivedBytes => transfer.ReceivedBytes;

        public Task<TransferResult> WaitAsync(CancellationToken cancellation) => _result.Task.WaitAsync(cancellation);

        /// <returns>True when the transfer is over.</returns>
        internal bool Poll() => transfer.Result is { } result && _result.TrySetResult(result);
    }
}
