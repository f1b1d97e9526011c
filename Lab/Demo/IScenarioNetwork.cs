using Multipath.Agent.Hosting;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Demo;

/// <summary>What a scenario runs on: hosts, links and traffic of this machine's kernel, or simulated ones.</summary>
internal interface IScenarioNetwork : IDisposable
{
    /// <summary><c>kernel</c> or <c>simulated</c>.</summary>
    string DataPlane { get; }

    /// <summary>The hosts, as a person can find them on this machine.</summary>
    IEnumerable<string> Hosts { get; }

    /// <summary>Starts an agent on the host that the options name.</summary>
    /// <exception cref="AgentCannotRunException">The host cannot be steered.</exception>
    AgentHost StartAgent(AgentOptions options);

    /// <summary>Starts one of the scenario's transfers, now.</summary>
    IRunningTransfer Start(ScenarioTraffic traffic);

    /// <summary>Plays the timeline in real time and tells of each event once it is done; returns after the last one.</summary>
    Task PlayAsync(Action<ScenarioEvent> done, TimeProvider clock, CancellationToken cancellation);
}
