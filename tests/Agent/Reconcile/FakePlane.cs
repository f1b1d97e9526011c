using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>A data plane that writes down what it is asked for, and the output beside it.</summary>
internal sealed class FakePlane : IDataPlane, IReconcileOutput, ISchedulerControl, IHostScheduler
{
    internal List<string> Calls { get; } = [];

    internal List<PlaneConnection> Held { get; } = [];

    internal HashSet<uint> Kernels { get; } = [];

    internal KernelError? Refusal { get; set; }

    /// <summary>Refuses some calls only, by their text.</summary>
    internal Func<string, KernelError?> Refuses { get; set; } = _ => null;

    internal HostSnapshot? Published { get; private set; }

    internal List<HostOccurrence> Occurred { get; } = [];

    internal List<HostNews> News { get; } = [];

    internal ImmutableArray<WatchedSubflow> Watching { get; private set; } = [];

    internal EquatableArray<StandbyPath> Standing { get; private set; } = [];

    internal List<KeptPlan> Kept { get; } = [];

    public bool ClosesJoins { get; set; }

    /// <summary>Whether it lets schedulers be chosen.</summary>
    internal bool ChoosesSchedulers { get; set; }

    public ISchedulerControl? Schedulers => ChoosesSchedulers ? this : null;

    public string Usual => "minRtt";

    /// <summary>Whether it has one scheduler for all that can be chosen.</summary>
    internal bool ChoosesForAll { get; set; }

    public IHostScheduler? HostScheduler => ChoosesForAll ? this : null;

    public IReadOnlyList<string> Available => ["minRtt", "bpf_rr"];

    public ChannelReader<MptcpEvent> Events { get; init; } = Channel.CreateBounded<MptcpEvent>(1).Reader;

    /// <summary>Thrown by each look.</summary>
    internal Exception? Fault { get; set; }

    /// <summary>Looks that were taken.</summary>
    internal int Looks { get; private set; }

    public PlaneSnapshot Snapshot()
    {
        Looks++;
        return Fault is { } fault ? throw fault : new([.. Held]);
    }

    public bool IsSteerable(uint token) => !Kernels.Contains(token);

    public KernelError? Create(uint token, PmAddress local, PmAddress remote) =>
        Call($"create {token} {local} id {local.Id} -> {remote} {local.Flags}");

    public KernelError? Destroy(uint token, in FourTuple subflow) => Call($"destroy {token} {subflow}");

    public KernelError? SetBackup(uint token, in FourTuple subflow, bool backup) => Call($"backup {token} {subflow} {backup}");

    public KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0) =>
        Call($"announce {token} {address} {id}{(port == 0 ? "" : $" port {port}")}");

    public KernelError? Withdraw(uint token, byte localId) => Call($"withdraw {token} {localId}");

    public KernelError? Set(string scheduler) => Call($"schedule all by {scheduler}");

    public KernelError? Set(uint token, string scheduler) => Call($"schedule {token} by {scheduler}");

    public IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes) => ImmutableDictionary<uint, string>.Empty;

    public ImmutableSortedDictionary<string, ulong> Counters() => ImmutableSortedDictionary<string, ulong>.Empty;

    public ISubflowProbe OpenProbe() => new NoProbe();

    public void Publish(HostNews news)
    {
        News.Add(news);
        Published = news.Snapshot;
        Occurred.AddRange(news.Occurrences);
    }

    public void Watch(ImmutableArray<WatchedSubflow> subflows) => Watching = subflows;

    public void StandBy(EquatableArray<StandbyPath> paths) => Standing = paths;

    public void Keep(KeptPlan plan) => Kept.Add(plan);

    public void FindProcesses(IReadOnlyDictionary<uint, uint> tokenByInode)
    {
    }

    public void Dispose()
    {
    }

    /// <summary>The calls since the last time.</summary>
    internal List<string> Take()
    {
        List<string> calls = [.. Calls];
        Calls.Clear();
        return calls;
    }

    private KernelError? Call(string text)
    {
        Calls.Add(text);
        return Refusal ?? Refuses(text);
    }

    private sealed class NoProbe : ISubflowProbe
    {
        public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings) => readings.Clear();

        public void Dispose()
        {
        }
    }
}
