using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class ProtobufStopsAtTheEdgeTests
{
    [Theory]
    [InlineData("Silo/Grains/Host/HostGrain.cs", 1)]
    [InlineData("Silo/Http/Api.cs", 1)]
    [InlineData("Agent/Reconcile/Loop.cs", 1)]
    [InlineData("Agent/Rpc/Loop.cs", 1)]
    [InlineData("Silo/Mapping/Plans.cs", 0)]
    [InlineData("Silo/Rpc/FleetService.cs", 0)]
    [InlineData("Agent/Mapping/Plans.cs", 0)]
    [InlineData("Agent/Session/Shell.cs", 0)]
    [InlineData("Cli/Program.cs", 0)]
    public void Generated_types_stand_only_at_the_edge(string path, int violations) =>
        Broken.Times<ProtobufStopsAtTheEdge>(violations, path, "using Multipath.Contracts.Wire;");

    [Fact]
    public void A_qualified_name_counts_too() =>
        Broken.Times<ProtobufStopsAtTheEdge>(1, "Silo/Grains/A.cs", "namespace Multipath.Silo.Grains; class A { Contracts.Wire.Plan p; }");
}
