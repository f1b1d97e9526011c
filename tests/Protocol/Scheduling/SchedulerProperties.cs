using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

/// <summary>What holds of every scheduler, whatever it sees.</summary>
public sealed class SchedulerProperties
{
    public static TheoryData<string> Names { get; } = [.. Schedulers.Names];

    /// <summary>Those that leave a free window idle only to wait for a better one by design are not among these.</summary>
    public static TheoryData<string> WorkConserving { get; } = ["minRtt", "roundRobin", "weighted"];

    private static readonly Gen<SubflowView> AnySubflow =
        from bits in Gen.Choose(0, 63)
        from srtt in Gen.Choose(0, 500)
        from variation in Gen.Choose(0, 200)
        from window in Gen.Choose(1, 40)
        from queued in Gen.Choose(0, 50)
        from cost in Gen.Choose(0, 3)
        from weight in Gen.Choose(0, 5)
        from uncarried in Gen.Choose(0, 3)
        select Subflow(0, srtt, window, queued, variation) with
        {
            Usable = (bits & 3) != 0,
            Backup = (bits & 12) == 0,
            Stale = (bits & 48) == 0,
            CostClass = (byte)cost,
            Weight = (ushort)weight,
            UncarriedBytes = uncarried * Mss,
        };

    private static readonly Gen<SubflowView[]> AnySubflows =
        from subflows in AnySubflow.ArrayOf()
        from ids in Gen.Shuffle(Enumerable.Range(0, SubflowView.MaxSubflows).ToArray())
        select subflows.Take(SubflowView.MaxSubflows).Select((s, i) => s with { Id = ids[i] }).ToArray();

    private static readonly Gen<(SubflowView[] Subflows, SendView Send)[]> AnyHistory =
        (from subflows in AnySubflows
         from unsent in Gen.Choose(1, 200)
         from window in Gen.Choose(1, 200)
         from now in Gen.Choose(0, 10_000)
         select (subflows, Send(unsent, window, 0, now, now / 2))).ArrayOf();

    [Theory]
    [MemberData(nameof(Names))]
    public void Picks_a_usable_subflow_of_the_best_standing_for_bytes_that_it_takes(string name) =>
        ForAllPicks(name, (scheduler, step, picked, bytes) =>
    {
        if (picked < 0)
        {
            return bytes == 0;
        }

        SubflowView subflow = step.Subflows[picked];
        return subflow.Usable
            && (!subflow.Backup || subflow.Stale || !step.Subflows.Any(s => s.Standing == Standing.Active))
            && subflow.Standing == step.Subflows.Min(s => s.Standing)
            && bytes > 0
            && (scheduler.QueuesAhead || bytes <= subflow.Space);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Copies_and_reinjections_go_to_other_usable_subflows_with_space(string name) =>
        ForAllPicks(name, (scheduler, step, picked, bytes) =>
    {
        int reinjection = scheduler.PickReinjection(step.Subflows, step.Send);
        bool wellReinjected = reinjection < 0 || (step.Subflows[reinjection] is { Usable: true, Stale: false, Carries: false }
                    && (scheduler.QueuesAhead || step.Subflows[reinjection].Space > 0));
        int copies = picked < 0 ? 0 : scheduler.PickCopies(step.Subflows, step.Send, picked, bytes);
        return wellReinjected && Enumerable.Range(0, 32).Where(i => (copies >> i & 1) != 0).All(i =>
            i != picked
            && step.Subflows[i].Usable
            && step.Subflows[i].Space >= bytes
            && step.Subflows[i].Standing == step.Subflows[picked].Standing);
    });

    [Theory]
    [MemberData(nameof(WorkConserving))]
    public void Does_not_wait_while_a_subflow_of_the_best_standing_has_space(string name) => ForAllPicks(name, (_, step, picked, _) =>
        picked >= 0 || !step.Subflows.Any(s => s.Usable && s.Space > 0 && s.Standing == step.Subflows.Min(x => x.Standing)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Does_not_wait_when_all_queues_are_empty(string name) => ForAllPicks(name, (_, step, picked, _) =>
        picked >= 0 || !step.Subflows.Any(s => s.Usable), idle: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_of_a_kind_decide_alike(string name) => Prop.ForAll(AnyHistory.ToArbitrary(), history =>
        Picks(Create(name), history).SequenceEqual(Picks(Create(name), history))).Check(Checked);

    [Theory]
    [MemberData(nameof(Names))]
    public void Allocates_nothing(string name)
    {
        IScheduler scheduler = Create(name);
        SubflowView[] subflows = [Subflow(0, 20, 10, 10), Subflow(1, 50), Subflow(2, 80, 10, 4)];
        SendView send = Send(4);
        Spin(scheduler, subflows, send);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Spin(scheduler, subflows, send);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_name_that_is_not_known_makes_none()
    {
        Assert.False(Schedulers.TryCreate("fastest", SchedulerOptions.Default, out _));
        Assert.All(Schedulers.Names, name => Assert.Equal(name, Create(name).Name));
        Assert.Contains(Schedulers.Default, Schedulers.Names);
    }

    private static Config Checked => Config.QuickThrowOnFailure.WithMaxTest(500);

    private static void ForAllPicks(
        string name, Func<IScheduler, (SubflowView[] Subflows, SendView Send), int, int, bool> holds, bool idle = false) =>
        Prop.ForAll(AnyHistory.ToArbitrary(), history =>
        {
            IScheduler scheduler = Create(name);
            foreach ((SubflowView[] subflows, SendView send) in history)
            {
                (SubflowView[] Subflows, SendView Send) step = (idle ? Idle(subflows) : subflows, send);
                int picked = scheduler.Pick(step.Subflows, send, out int bytes);
                if (!holds(scheduler, step, picked, bytes))
                {
                    return false;
                }

                if (picked >= 0)
                {
                    scheduler.HandleAssigned(step.Subflows[picked].Id, bytes);
                }
            }

            return true;
        }).Check(Checked);

    private static SubflowView[] Idle(SubflowView[] subflows) =>
    [
        .. subflows.Select(s => s with
        {
            QueuedBytes = 0, Space = s.Cwnd, UncarriedBytes = Mss, PacingRate = 1_000_000, Srtt = s.Srtt + Duration.FromMillis(1),
        }),
    ];

    private static List<(int Picked, int Bytes)> Picks(IScheduler scheduler, (SubflowView[] Subflows, SendView Send)[] history)
    {
        var picks = new List<(int, int)>();
        foreach ((SubflowView[] subflows, SendView send) in history)
        {
            int picked = scheduler.Pick(subflows, send, out int bytes);
            picks.Add((picked, bytes));
            if (picked >= 0)
            {
                scheduler.HandleAssigned(subflows[picked].Id, bytes);
            }
        }

        return picks;
    }

    private static void Spin(IScheduler scheduler, SubflowView[] subflows, SendView send)
    {
        for (int i = 0; i < 100; i++)
        {
            int picked = scheduler.Pick(subflows, send, out int bytes);
            if (picked >= 0)
            {
                scheduler.HandleAssigned(subflows[picked].Id, bytes);
                scheduler.PickCopies(subflows, send, picked, bytes);
            }

            scheduler.PickReinjection(subflows, send);
            scheduler.OverdueAfter(subflows[0]);
        }
    }
}
