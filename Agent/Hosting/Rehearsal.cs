using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;

namespace Multipath.Agent.Hosting;

/// <summary>
/// Plays a link that goes down and a path that falls silent through the whole loop, on an invented connection, before anything depends
/// on it: the first
/// call of .NET code compiles it, which takes tens of milliseconds, and the first real reflex must not wait for that.
/// </summary>
internal static class Rehearsal
{
    private static readonly PathKey First = new("one", IPAddress.Parse("192.0.2.1"));
    private static readonly PathKey Second = new("two", IPAddress.Parse("198.51.100.1"));
    private static readonly IPAddress Server = IPAddress.Parse("203.0.113.1");

    /// <summary>Runs it.</summary>
    /// <param name="plane">Asked for actions on a connection that does not exist, which it refuses.</param>
    public static void Run(IDataPlane plane)
    {
        using var metrics = new AgentMetrics("rehearsal");
        var clock = new AgentClock(TimeProvider.System);
        var journal = new Journal(AgentLog.None, metrics, clock);
        var reconciler = new Reconciler("rehearsal", new RehearsalPlane(plane, Connection()), new Nowhere(), journal, clock);
        reconciler.HandlePaths(Paths(firstUp: true), clock.Now);
        reconciler.Recover();
        reconciler.HandlePlan(new KeptPlan(new HostPlan(new PlanVersion(1, 1), null, 1, Plan()), ""), keep: false, "invented", clock.Now);
        reconciler.Settle(clock.Now);
        var silent = new BlackholeVerdict(true, true, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(40));
        reconciler.HandleAlarm(new BlackholeAlarm(RehearsalPlane.Token, Tuple(Second.Address, 40002), silent), clock.Now);
        reconciler.Recover();
        reconciler.HandlePaths(Paths(firstUp: false), clock.Now);
        reconciler.Settle(clock.Now);
    }

    private static ImmutableArray<HostPath> Paths(bool firstUp) => [new(First, 1, firstUp, null), new(Second, 2, true, null)];

    private static PlanContent Plan() => new(
        "rehearsal",
        [
            new ClassPlan(
                "all",
                new TrafficMatch(),
                Objective.Aggregate,
                null,
                [new PlannedPath(First, "any", PathRole.Active, ""), new PlannedPath(Second, "any", PathRole.Active, "")]),
        ],
        PlanLimits.Default,
        HandoverRules.Default);

    private static FourTuple Tuple(IPAddress local, ushort port) => new(local, port, Server, 443);

    private static PlaneConnection Connection() => new(
        RehearsalPlane.Token,
        false,
        Tuple(First.Address, 40001),
        0,
        [
            new PlaneSubflow(Tuple(First.Address, 40001), 0, 0, false, true, default),
            new PlaneSubflow(Tuple(Second.Address, 40002), 1, 0, false, true, default),
        ]);

    private sealed class Nowhere : IReconcileOutput
    {
        public void Publish(HostNews news)
        {
        }

        public void Watch(ImmutableArray<WatchedSubflow> subflows)
        {
        }

        public void StandBy(EquatableArray<StandbyPath> paths)
        {
        }

        public void Keep(KeptPlan plan)
        {
        }

        public void FindProcesses(IReadOnlyDictionary<uint, uint> tokenByInode)
        {
        }
    }
}
