namespace Multipath.AppHost;

/// <summary>
/// Where the dashboard listens, unless the environment says it: at one address at every start, and in clear, so that no developer
/// certificate has to be trusted first; all of it is this machine's loopback.
/// </summary>
internal static class Dashboard
{
    private static readonly (string Name, string Value)[] Defaults =
    [
        ("ASPNETCORE_URLS", "http://localhost:15300"),
        ("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true"),
    ];

    /// <summary>Sets what is not set.</summary>
    public static void Default()
    {
        foreach (var (name, value) in Defaults.Where(pair => Environment.GetEnvironmentVariable(pair.Name) is null))
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
