using Multipath.Silo.Grains.Fleet;
using Multipath.Silo.Grains.Host;
using Multipath.Silo.Grains.Policy;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Tests.Storage;

/// <summary>
/// What is stored, member by member. A difference here means that an older silo would drop or misread something: append a step to
/// <see cref="StateForm"/> and to <see cref="Migrations"/>, then bring this up to date.
/// </summary>
public sealed class StateFormTests
{
    private const string Golden = """
        form 1, SQLite 1
        ClassPlan: name String
        ClassPlan: match TrafficMatch
        ClassPlan: objective Objective
        ClassPlan: scheduler String
        ClassPlan: paths EquatableArray<PlannedPath>
        ClassPlan: target PathTarget
        FleetRecord: version UInt64
        FleetRecord: policies ImmutableSortedDictionary<String, PolicyDocument>
        FleetRecord: hosts ImmutableSortedDictionary<String, HostSummary>
        HandoverRules: downAfter TimeSpan
        HandoverRules: upAfter TimeSpan
        HandoverRules: lossPct Double
        HandoverRules: betterByPct Double
        HandoverRules: budgetPerHour Int32
        HandoverRules: makeBeforeBreak Boolean
        HostCapabilities: dataPlane String
        HostCapabilities: schedulers EquatableArray<String>
        HostCapabilities: kernel String
        HostPlan: version PlanVersion
        HostPlan: parent Nullable<PlanVersion>
        HostPlan: observationSequence UInt64
        HostPlan: content PlanContent
        HostRecord: ledger PlanLedger
        HostRecord: labels ImmutableSortedDictionary<String, String>
        HostRecord: agentVersion String
        HostRecord: capabilities HostCapabilities
        HostRecord: lastSeen Nullable<DateTimeOffset>
        HostStatus: Settled
        HostStatus: Updating
        HostStatus: Refused
        HostStatus: Unmanaged
        HostStatus: Away
        HostStatus: Held
        HostSummary: host String
        HostSummary: status HostStatus
        HostSummary: policy String
        HostSummary: desired Nullable<PlanVersion>
        HostSummary: running Nullable<PlanVersion>
        HostSummary: pathsUp Int32
        HostSummary: paths Int32
        HostSummary: connections Int32
        HostSummary: lastSeen DateTimeOffset
        HostSummary: labels ImmutableSortedDictionary<String, String>
        IssuedPlan: plan HostPlan
        IssuedPlan: policyRevision UInt64
        Objective: Handover
        Objective: Latency
        Objective: Cost
        Objective: Aggregate
        PathKey: interface String
        PathKey: address IPAddress
        PathRole: Active
        PathRole: Backup
        PathRole: Avoid
        PathTarget: rttMs Nullable<Double>
        PathTarget: lossPct Nullable<Double>
        PlanContent: policy String
        PlanContent: classes EquatableArray<ClassPlan>
        PlanContent: limits PlanLimits
        PlanContent: handover HandoverRules
        PlanHold: running PlanVersion
        PlanLedger: epoch UInt64
        PlanLedger: generation UInt64
        PlanLedger: desired IssuedPlan
        PlanLedger: settled IssuedPlan
        PlanLedger: running Nullable<PlanVersion>
        PlanLedger: trouble PlanTrouble
        PlanLedger: hold PlanHold
        PlanLimits: subflows Int32
        PlanLimits: addAddrAccepted Int32
        PlanTrouble: version PlanVersion
        PlanTrouble: text String
        PlanVersion: epoch UInt64
        PlanVersion: generation UInt64
        PlannedPath: path PathKey
        PlannedPath: pathClass String
        PlannedPath: role PathRole
        PlannedPath: reason String
        PolicyDocument: name String
        PolicyDocument: revision UInt64
        PolicyDocument: priority Int32
        PolicyDocument: selector String
        PolicyDocument: yaml String
        PolicyDocument: changedAt DateTimeOffset
        PolicyRecord: revision UInt64
        PolicyRecord: document PolicyDocument
        PortRange: first UInt16
        PortRange: last UInt16
        ProbeRecord: at DateTimeOffset
        TrafficMatch: remote Nullable<IPNetwork>
        TrafficMatch: remotePorts PortRange
        TrafficMatch: localPorts PortRange
        """;

    [Fact]
    public void Members_of_stored_records_change_only_with_a_step_of_the_form() => Assert.Equal(
        Golden.ReplaceLineEndings("\n"),
        string.Join('\n', [
            $"form {StateForm.Steps.Length}, SQLite {Migrations.All.Count}",
            .. Members(typeof(HostRecord), typeof(FleetRecord), typeof(PolicyRecord), typeof(ProbeRecord)),
        ]));

    private static IEnumerable<string> Members(params Type[] roots)
    {
        var seen = roots.ToHashSet();
        var todo = new Queue<Type>(roots);
        var lines = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        while (todo.TryDequeue(out var type))
        {
            if (type.IsEnum)
            {
                lines[type.Name] = Enum.GetNames(type);
                continue;
            }

            var members = StateCodec.Options.GetTypeInfo(type).Properties.Where(member => member.Get is not null).ToArray();
            lines[type.Name] = [.. members.Select(member => $"{member.Name} {NameOf(member.PropertyType)}")];
            members.SelectMany(member => Ours(member.PropertyType)).Where(seen.Add).ToList().ForEach(todo.Enqueue);
        }

        return lines.SelectMany(type => type.Value.Select(member => $"{type.Key}: {member}"));
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;

    /// <summary>The types of this program in a type, without its collections.</summary>
    private static IEnumerable<Type> Ours(Type type) => type.IsGenericType ? type.GetGenericArguments().SelectMany(Ours)
        : type.Namespace!.StartsWith("Multipath", StringComparison.Ordinal) ? [type]
        : [];
}
