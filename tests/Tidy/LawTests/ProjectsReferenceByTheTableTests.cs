using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class ProjectsReferenceByTheTableTests
{
    [Fact]
    public void Silo_may_not_see_the_agent() => Broken.By<ProjectsReferenceByTheTable>(
        Project("Silo/Silo.csproj", """<ProjectReference Include="..\Agent\Agent.csproj" />"""),
        "Silo/Silo.csproj: references Agent; may reference: Contracts.Wire, Contracts.Grains, Contracts.Telemetry, Policies");

    [Fact]
    public void Agent_may_not_need_Orleans() => Broken.By<ProjectsReferenceByTheTable>(
        Project("Agent/Agent.csproj", """<Needs Include="Orleans" />"""), "Agent/Agent.csproj: needs Orleans; may need: GrpcClient");

    [Fact]
    public void Pure_projects_take_no_packages() => Broken.By<ProjectsReferenceByTheTable>(
        Project("Protocol/Protocol.csproj", """<PackageReference Include="YamlDotNet" /><FrameworkReference Include="Web" />"""),
        "Protocol/Protocol.csproj: takes YamlDotNet; a pure project may take: Microsoft.CodeAnalysis.BannedApiAnalyzers",
        "Protocol/Protocol.csproj: takes Web; a pure project may take: Microsoft.CodeAnalysis.BannedApiAnalyzers");

    [Fact]
    public void A_new_project_must_be_put_in_the_table() => Broken.By<ProjectsReferenceByTheTable>(
        Project("Tools/Tools.csproj", ""), "Tools/Tools.csproj: stands in no row of the table");

    [Fact]
    public void A_test_sees_its_subject_and_not_a_stranger() => Broken.By<ProjectsReferenceByTheTable>(
        Project("tests/Policies/Policies.Tests.csproj", """
            <ProjectReference Include="../../Policies/Policies.csproj" />
            <ProjectReference Include="../TestKit/TestKit.csproj" />
            <ProjectReference Include="../../Silo/Silo.csproj" />
            """),
        "tests/Policies/Policies.Tests.csproj: references Silo; may reference: Policies, TestKit");

    private static Tree Project(string path, string items) => Tree.Of((path, $"<Project><ItemGroup>{items}</ItemGroup></Project>"));
}
