using System.Xml.Linq;

namespace Multipath.AppHost.Tests;

/// <summary>A project's Sdk takes no version from the central file.</summary>
public sealed class VersionTests
{
    [Fact]
    public void The_Sdk_is_of_the_release_that_its_packages_are_of()
    {
        var root = new Aspire.Hosting.RecordingBuilder().AppHostDirectory;
        var sdks = XDocument.Load(Path.Combine(root, "Aspire.AppHost.csproj")).Descendants("Import")
            .Where(import => (string?)import.Attribute("Sdk") == "Aspire.AppHost.Sdk")
            .Select(import => (string?)import.Attribute("Version"));
        var packages = XDocument.Load(Path.Combine(root, "..", "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => ((string)package.Attribute("Include")!).StartsWith("Aspire.", StringComparison.Ordinal))
            .Select(package => (string?)package.Attribute("Version"));
        Assert.Equal((2, 4), (sdks.Count(), packages.Count()));
        var sdk = Version.Parse(Assert.Single(sdks.Distinct())!);
        var package = Version.Parse(Assert.Single(packages.Distinct())!);
        // Patches of the Sdk are not published with each patch of the packages.
        Assert.Equal((package.Major, package.Minor), (sdk.Major, sdk.Minor));
        Assert.True(sdk <= package);
    }
}
