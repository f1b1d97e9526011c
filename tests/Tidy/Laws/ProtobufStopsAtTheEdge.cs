using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class ProtobufStopsAtTheEdge : Law
{
    private static readonly string[] Spaces = ["Multipath.Contracts.Wire", "Contracts.Wire", "Google.Protobuf"];

    public override string Rule =>
        "In Silo and Agent protobuf types stand only in Mapping, and in the gRPC shells Rpc (Silo) and Session (Agent) that carry them.";

    public override string Reason =>
        "Mapped once at the edge, the inside has one model: immutable, checked, equal by value. Real Orleans throws at run time on a "
        + "protobuf type, and breaks other methods of the interface too.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        from file in tree.CSharp
        where file.IsUnder("Silo") && !file.IsUnder("Silo/Mapping", "Silo/Rpc")
            || file.IsUnder("Agent") && !file.IsUnder("Agent/Mapping", "Agent/Session")
        from written in Names.Dotted(file.Root)
        where Spaces.Any(space => Names.IsIn(written.Name, space))
        select file.At(written.Node, $"{written.Name} inside the host");
}
