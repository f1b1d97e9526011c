using System.Diagnostics;
using Multipath.Agent.Verbs;
using Multipath.Helm.Tests.Support;

namespace Multipath.Helm.Tests;

/// <summary>The unit for hosts outside of a cluster.</summary>
public sealed class SystemdUnitTests
{
    private const string UnitPath = "helm/hosts/mpagent.service";

    private static readonly ILookup<string, string> Unit = Repository.Read(UnitPath).Split('\n')
        .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
        .ToLookup(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1], StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Variables = Repository.Read("helm/hosts/mpagent.env").Split('\n')
        .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
        .ToDictionary(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1]);

    [Fact]
    public void It_starts_the_agent_with_arguments_that_it_takes()
    {
        var command = Unit["ExecStart"].Single().Replace("%H", "host", StringComparison.Ordinal)
            .Replace("%S", "/var/lib", StringComparison.Ordinal)
            .Replace("${MPAGENT_SILO}", Variables["MPAGENT_SILO"], StringComparison.Ordinal)
            .Replace("$MPAGENT_OPTIONS", Variables["MPAGENT_OPTIONS"], StringComparison.Ordinal).Split(' ');
        Assert.DoesNotContain(command, word => word.Contains('$', StringComparison.Ordinal));
        Assert.Equal("run", command[1]);
        var parsed = RunVerb.Create().Parse(command[2..]);
        Assert.Empty(parsed.Errors);
        Assert.Empty(parsed.UnmatchedTokens);
    }

    [Fact]
    public void It_has_one_capability_and_no_root()
    {
        Assert.Equal(["CAP_NET_ADMIN"], Unit["AmbientCapabilities"]);
        Assert.Equal(["CAP_NET_ADMIN"], Unit["CapabilityBoundingSet"]);
        Assert.Equal(["yes"], Unit["NoNewPrivileges"]);
        Assert.Equal(["yes"], Unit["DynamicUser"]);
        Assert.Empty(Unit["User"]);
    }

    [Fact]
    public void It_keeps_its_plan_where_it_may_write()
    {
        Assert.Equal(["mpagent"], Unit["StateDirectory"]);
        Assert.Contains("--state %S/mpagent", Unit["ExecStart"].Single(), StringComparison.Ordinal);
        Assert.Equal(["strict"], Unit["ProtectSystem"]);
    }

    [Fact]
    public void It_opens_the_TUN_and_no_other_device()
    {
        Assert.Equal(["no"], Unit["PrivateDevices"]);
        Assert.Equal(["closed"], Unit["DevicePolicy"]);
        Assert.Equal(["/dev/net/tun rw"], Unit["DeviceAllow"]);
    }

    [Fact]
    public void Systemd_finds_it_tight() =>
        Analyse("security", "--offline=true", "--threshold=25", Path.Combine(Repository.Root, UnitPath));

    /// <summary>Nothing unknown, nothing that it would leave out; only the program is not where the unit has it.</summary>
    [Fact]
    public void Systemd_takes_every_line()
    {
        var folder = Directory.CreateTempSubdirectory("helm-tests-");
        try
        {
            var unit = Path.Combine(folder.FullName, "mpagent.service");
            var text = Repository.Read(UnitPath);
            Assert.Contains("=/usr/lib/mpagent/mpagent ", text, StringComparison.Ordinal);
            File.WriteAllText(unit, text.Replace("=/usr/lib/mpagent/mpagent ", "=/bin/true ", StringComparison.Ordinal));
            Assert.Equal("", Analyse("verify", "--man=no", unit));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What it says, having found nothing wrong.</summary>
    private static string Analyse(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        using var analyse = Process.Start(new ProcessStartInfo("systemd-analyze", ["--no-pager", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var complaints = analyse.StandardError.ReadToEndAsync();
        var findings = analyse.StandardOutput.ReadToEnd();
        analyse.WaitForExit();
        Assert.True(analyse.ExitCode == 0, findings + complaints.Result);
        return complaints.Result;
    }
}
