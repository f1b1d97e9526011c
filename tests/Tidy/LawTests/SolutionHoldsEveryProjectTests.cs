using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class SolutionHoldsEveryProjectTests
{
    [Fact]
    public void Missing_gone_and_misnamed_projects_are_found() => Broken.By<SolutionHoldsEveryProject>(
        Tree.Of(
            ("ControlPlane.sln", """
                Project("{1}") = "Silo", "Silo\Silo.csproj", "{2}"
                Project("{1}") = "Gone", "Gone\Gone.csproj", "{3}"
                Project("{1}") = "SiloTest", "tests\Silo\SiloTest.csproj", "{4}"
                """),
            ("Silo/Silo.csproj", "<Project />"),
            ("Agent/Agent.csproj", "<Project />"),
            ("tests/Silo/SiloTest.csproj", "<Project />")),
        "Agent/Agent.csproj: is not in ControlPlane.sln",
        "ControlPlane.sln: names Gone/Gone.csproj, which does not exist",
        "tests/Silo/SiloTest.csproj: is neither tests/X/X.Tests.csproj nor marked IsTestSupport");

    [Fact]
    public void Support_is_marked() => Broken.By<SolutionHoldsEveryProject>(Tree.Of(
        ("ControlPlane.sln", """Project("{1}") = "Bench", "tests\Bench\Bench.csproj", "{2}" """),
        ("tests/Bench/Bench.csproj", "<Project><PropertyGroup><IsTestSupport>true</IsTestSupport></PropertyGroup></Project>")));
}
