using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Realise;

namespace Multipath.Policies.Tests.Fixtures;

/// <summary>
/// A tiny data plane with one connection: it does what it is told and keeps the kernel's rules on address ids and duplicates.
/// </summary>
internal sealed class DataPlaneModel
{
    internal const uint Token = 7;

    private readonly Dictionary<PathKey, PathState> _paths = [];
    private readonly List<SubflowState> _subflows = [];
    private readonly Dictionary<IPAddress, SubflowProgress> _carried = [];
    private int _nextPort = 40000;

    internal DataPlaneModel(PathKey first, params PathKey[] others)
    {
        foreach (var path in others.Prepend(first))
        {
            _paths[path] = PathState.Up;
        }

        Remote = Given.EndPoint("198.51.100.1:443");
        First = new SubflowState(new IPEndPoint(first.Address, 30000), Remote, 0, 0, Established: true, Backup: false);
        _subflows.Add(First);
    }

    internal IPEndPoint Remote { get; }

    internal SubflowState First { get; }

    internal bool ServerSide { get; init; }

    internal List<RemoteAddress> Announced { get; } = [];

    internal bool RefusesInitial { get; init; }

    /// <summary>Addresses that this end announced, by id.</summary>
    internal Dictionary<byte, PathKey> Offered { get; } = [];

    internal RealiseMemory Memory { get; set; } = RealiseMemory.Empty;

    internal DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>What was told of handovers at the last step.</summary>
    internal string Told { get; private set; } = "";

    /// <summary>Whether a path was told to have failed at the last step.</summary>
    internal bool ToldFailure { get; private set; }

    internal IReadOnlyList<SubflowState> Subflows => _subflows;

    /// <summary>Whether joins are answered; if not, they stay under way.</summary>
    internal bool Answers { get; set; } = true;

    internal HostState State => new(
        _paths.Select((p, index) => new LocalPath(p.Key, index + 1, p.Value)).ToEquatableArray(),
        [
            new ConnectionState(
                Token,
                ServerSide,
                First.Local,
                Remote,
                _subflows.OrderBy(s => s.Local.ToString(), StringComparer.Ordinal).ToEquatableArray(),
                Announced.ToEquatableArray(),
                RefusesInitial,
                _subflows.Where(s => _carried.ContainsKey(s.Local.Address)).Select(Progress).ToEquatableArray()),
        ]);

    internal SubflowState On(PathKey path) => _subflows.Single(s => s.Local.Address.Equals(path.Address));

    internal int CountOn(PathKey path) => _subflows.Count(s => s.Local.Address.Equals(path.Address));

    internal void Set(PathKey path, PathState state) => _paths[path] = state;

    internal void Lose(PathKey path) => _paths.Remove(path);

    internal void Change(SubflowState subflow, SubflowState changed) => _subflows[_subflows.IndexOf(subflow)] = changed;

    /// <summary>What the subflows on a path have carried by now.</summary>
    internal void Carry(PathKey path, ulong sent, ulong acked, bool outstanding = false, double heard = 0) =>
        _carried[path.Address] = new SubflowProgress(Remote, Remote, sent, acked, outstanding, TimeSpan.FromSeconds(heard));

    /// <summary>The peer makes a subflow.</summary>
    internal void Join(PathKey path, byte id, string? remote = null) => _subflows.Add(new SubflowState(
        new IPEndPoint(path.Address, 443), remote is null ? Remote : Given.EndPoint(remote), id, 1, Established: true, Backup: false));

    internal void Close(SubflowState subflow) => _subflows.Remove(subflow);

    internal bool IsWorking(SubflowState subflow) => subflow is { Established: true, Silent: false }
        && _paths.Any(p => p.Key.Address.Equals(subflow.Local.Address) && p.Value == PathState.Up);

    /// <summary>Asks what to do, without doing it.</summary>
    internal EquatableArray<DataPlaneAction> Ask(PlanContent plan, double seconds)
    {
        var outcome = Realiser.Realise(plan, State, Memory, Given.At(seconds));
        (Memory, NextDeadline) = (outcome.Memory, outcome.NextDeadline);
        Told = string.Join(", ", outcome.Handovers.Select(step => $"{step.Id} {step.Stage} {step.Text}"));
        ToldFailure = outcome.Handovers.Any(step => step.Failed);
        return outcome.Actions;
    }

    /// <summary>Asks what to do, does it, and tells it in short.</summary>
    internal string Step(PlanContent plan, double seconds)
    {
        var actions = Ask(plan, seconds);
        foreach (var action in actions)
        {
            Apply(action);
        }

        return string.Join(", ", actions.Select(Show));
    }

    internal void Apply(DataPlaneAction action)
    {
        switch (action)
        {
            case CreateSubflow create:
                Create(create);
                break;
            case DestroySubflow destroy:
                Assert.Equal(1, _subflows.RemoveAll(s => s.Local.Equals(destroy.Local) && s.Remote.Equals(destroy.Remote)));
                break;
            case SetBackup priority:
                var subflow = _subflows.Single(s => s.Local.Equals(priority.Local) && s.Remote.Equals(priority.Remote));
                Assert.True(IsWorking(subflow), "priorities are for paths that answer");
                Change(subflow, subflow with { Backup = priority.Backup });
                break;
            case AnnounceAddress announce:
                Assert.NotEqual(0, announce.LocalId);
                Assert.DoesNotContain(announce.Path, Offered.Values);
                Assert.DoesNotContain(
                    _subflows, s => s.LocalId == announce.LocalId && !s.Local.Address.Equals(announce.Path.Address));
                Offered.Add(announce.LocalId, announce.Path);
                break;
            default:
                Offered.Remove(Assert.IsType<WithdrawAddress>(action).LocalId);
                break;
        }
    }

    private SubflowProgress Progress(SubflowState subflow) =>
        _carried[subflow.Local.Address] with { Local = subflow.Local, Remote = subflow.Remote };

    private void Create(CreateSubflow create)
    {
        Assert.NotEqual(0, create.LocalId);
        Assert.NotEqual(PathState.LinkDown, _paths[create.Path]);
        Assert.DoesNotContain(_subflows, s => s.Local.Address.Equals(create.Path.Address) && s.Remote.Equals(create.Remote));
        Assert.DoesNotContain(_subflows, s => s.LocalId == create.LocalId && !s.Local.Address.Equals(create.Path.Address));
        Assert.DoesNotContain(
            _subflows, s => s.LocalId != 0 && s.LocalId != create.LocalId && s.Local.Address.Equals(create.Path.Address));
        var local = new IPEndPoint(create.Path.Address, _nextPort++);
        var established = Answers && _paths[create.Path] == PathState.Up;
        _subflows.Add(new SubflowState(local, create.Remote, create.LocalId, 0, established, create.Backup));
    }

    private static string Show(DataPlaneAction action) => action switch
    {
        CreateSubflow c => $"create {c.Path.Interface} id {c.LocalId}{(c.Backup ? " backup" : "")}",
        DestroySubflow d => $"destroy {d.Local.Address}",
        SetBackup p => $"{(p.Backup ? "backup" : "active")} {p.Local.Address}",
        WithdrawAddress w => $"withdraw id {w.LocalId}",
        AnnounceAddress a => $"announce {a.Path.Interface} id {a.LocalId}",
        _ => action.ToString(),
    };
}

/// <summary>Plans written by hand.</summary>
internal static class Plans
{
    internal static PlanContent Of(params (PathKey Path, PathRole Role)[] paths) => Of(new PlanLimits(4, 4), paths);

    internal static PlanContent Of(PlanLimits limits, params (PathKey Path, PathRole Role)[] paths) => new(
        "vans",
        [
            new ClassPlan(
                "default",
                new TrafficMatch(),
                Objective.Handover,
                null,
                paths
                    .Select(p => new PlannedPath(p.Path, p.Path.Interface, p.Role, $"{p.Path.Interface}: as planned"))
                    .ToEquatableArray()),
        ],
        limits,
        HandoverRules.Default);
}
