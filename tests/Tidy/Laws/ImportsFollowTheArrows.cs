using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class ImportsFollowTheArrows : Law
{
    /// <summary>A folder, the namespaces of ours that it may name, and those of others that it may not.</summary>
    private static readonly (string Folder, string[] Ours, string[] Banned)[] Rows =
    [
        ("Protocol", ["Protocol"], ["Orleans", "Grpc", "Google.Protobuf"]),
        ("Policies", ["Policies"], ["Orleans", "Grpc", "Google.Protobuf"]),
        ("Contracts/Wire", ["Contracts.Wire"], ["Orleans"]),
        ("Contracts/Grains", ["Contracts.Grains", "Policies"], ["Grpc", "Google.Protobuf"]),
        ("Contracts/Telemetry", ["Contracts.Telemetry"], ["Orleans", "Grpc", "Google.Protobuf"]),
        ("Standalone", ["Standalone"], ["Google.Protobuf"]),
        ("Agent", ["Agent", "Contracts.Wire", "Contracts.Telemetry", "Policies", "Protocol"], ["Orleans"]),
        ("Silo", ["Silo", "Contracts", "Policies"], []),
        ("Cli", ["Cli", "Contracts.Wire", "Policies"], ["Orleans"]),
    ];

    public override string Rule => "A folder names only the namespaces that its arrows reach, in a using and in code.";

    public override string Reason =>
        "A reference can reach a project through another one; the name in the source is what makes the dependency real. "
        + "The silo stays free of data planes, the agent free of Orleans, the cores free of all hosts.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        from row in Rows
        from file in tree.CSharp
        where file.IsUnder(row.Folder)
        from written in Names.Dotted(file.Root)
        let reason = WhyNot(row.Ours, row.Banned, written.Name)
        where reason is not null
        select file.At(written.Node, $"{written.Name}: {reason}");

    private static string? WhyNot(string[] ours, string[] banned, string name)
    {
        if (banned.Any(space => Names.IsIn(name, space)))
        {
            return "not for this folder";
        }

        var foreign = Names.IsIn(name, "Multipath") && name.Contains('.', StringComparison.Ordinal)
            && !ours.Any(space => Names.IsIn(name, $"Multipath.{space}"));
        return foreign ? $"of ours it may name: {(ours.Length == 0 ? "nothing" : string.Join(", ", ours))}" : null;
    }
}
