using System.Xml.Linq;

namespace Multipath.AppHost.Tests;

/// <summary>A project's Sdk takes no version from the central file.</summary>
public sealed class VersionTests
{
    [Fact]
    public void The_Sdk_and_its_packages_are_of_one_version()
    {
        var root = new Aspire.Hosting.RecordingBuilder().AppHostDirectory;
        var sdks = XDocument.Load(Path.Combine(root, "Aspire.AppHost.csproj")).Descendants("Import")
            .Where(import => (string?)import.Attribute("Sdk") == "Aspire.AppHost.Sdk")
            .Select(import => (string?)import.Attribute("Version"));
        var packages = XDocument.Load(Path.Combine(root, "..", "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => ((string)package.Attribute("Include")!).StartsWith("Aspire.", StringComparison.Ordinal))
            .Select(package => (string?)package.Attribute("Version"));
        Assert.Equal((2, 3), (sdks.Count(), packages.Count()));
        Assert.Single(sdks.Concat(packages).Distinct());
    }
}
