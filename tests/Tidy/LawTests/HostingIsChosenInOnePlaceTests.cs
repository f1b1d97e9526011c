using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class HostingIsChosenInOnePlaceTests
{
    [Fact]
    public void An_if_directive_is_found() =>
        Broken.By<HostingIsChosenInOnePlace>(Tree.Of(("Silo/A.cs", "#if ORLEANS\n#endif\nclass A;")), "Silo/A.cs:1: #if ORLEANS");

    [Fact]
    public void A_project_may_not_choose() => Broken.By<HostingIsChosenInOnePlace>(
        Tree.Of(
            ("Directory.Build.targets", "<Project Condition=\"'$(Hosting)' == 'x'\" />"),
            ("Silo/Silo.csproj", """
                <Project><ItemGroup Condition="'$(Hosting)' == 'Orleans'">
                  <ProjectReference Include="../Standalone/Orleans/Standalone.Orleans.csproj" />
                  <PackageReference Include="Microsoft.Orleans.Server" /><PackageReference Include="Grpc.Tools" />
                </ItemGroup></Project>
                """)),
        "Silo/Silo.csproj: asks for $(Hosting); say <Needs Include=\"…\" /> instead",
        "Silo/Silo.csproj: references ../Standalone/Orleans/Standalone.Orleans.csproj; say <Needs Include=\"…\" /> instead",
        "Silo/Silo.csproj: takes package Microsoft.Orleans.Server; say <Needs Include=\"…\" /> instead");
}
