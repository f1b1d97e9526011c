using Orleans;

namespace Multipath.Standalone.Orleans.Tests.Surface;

/// <summary>
/// The golden file lists signatures of the real Orleans 10.0.0. What is not in it would compile here and not there.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Every_public_member_is_one_of_the_real_api()
    {
        string[] real = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Surface", "PublicSurface.golden.txt"));
        string[] own = [.. OwnSurface()];
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "Surface", "PublicSurface.actual.txt"), own);
        Assert.Empty(own.Except(real, StringComparer.Ordinal));
        Assert.Empty(real.Except(own, StringComparer.Ordinal));
    }

    private static IEnumerable<string> OwnSurface()
        => typeof(Grain).Assembly.GetExportedTypes()
            .Where(type => type.Namespace != typeof(StandaloneOptions).Namespace)
            .SelectMany(SurfaceWriter.Lines)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
}
