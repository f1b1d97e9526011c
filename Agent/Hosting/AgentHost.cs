using System.Net;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.DataPlanes.Tun.Proxy;
using Multipath.Agent.Inventory;
using Multipath.Agent.Netlink;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Agent.Hosting;

/// <summary>
/// An agent, whole: the data plane of one network namespace, the reconcile loop, the reflexes and the session. Several can run in one
/// process, each
/// in a namespace of its own. Disposing it stops gracefully: no connection is touched, and the kernel's settings are put back.
/// </summary>
public sealed class AgentHost : IAsyncDisposable
{
    private readonly AgentParts _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly SocksProxy? _proxy;
    private readonly ControlServer? _control;

    private AgentHost(AgentParts parts, SocksProxy? proxy = null, ControlServer? control = null)
    {
        (_parts, _proxy, _control) = (parts, proxy, control);
        _running = parts.RunAsync(_stop.Token);
    }

    /// <summary>Where programs find the proxy to the userspace stack; null without one.</summary>
    public IPEndPoint? Proxy => _proxy?.Local;

    /// <summary>Ends when the agent cannot go on, with the reason; runs else until disposal.</summary>
    public Task Failed => _parts.Failed;

    /// <summary>False alarms of the blackhole reflex since the start.</summary>
    public long FalseAlarms => _parts.Reconciler.FalseAlarmCount;

    /// <summary>Where the metrics are served, with the port in use; null when they are not.</summary>
    public Uri? MetricsAddress => _parts.MetricsAddress;

    /// <summary>Starts an agent.</summary>
    /// <param name="options">How.</param>
    /// <returns>The running agent; when this returns, its connections are known and the kept plan, if any, is applied.</returns>
    /// <exception cref="AgentCannotRunException">No MPTCP here, no right to steer it, no such namespace, or a policy that is
    /// wrong.</exception>
    public static AgentHost Start(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var policy = ParsePolicy(options);
        var settings = Settings(options);
        var opened = new Stack<IDisposable>();
        try
        {
            var plane = Keep(opened, new KernelPlane(Within(() => KernelDataPlane.Open(options.Netns)), settings));
            Rehearsal.Run(plane);
            var inventory = Keep(opened, new KernelInventory(Within(() => InventoryWatcher.Open(options.Netns))));
            var routes = options.TuneStandbyRoutes ? Keep(opened, Within(() => KernelRouteTable.Open(options.Netns))) : null;
            var ground = new AgentGround(plane, inventory, Capabilities(options), settings.Restore, routes);
            return new AgentHost(new AgentParts(options, policy, ground));
        }
        catch
        {
            while (opened.TryPop(out var last))
            {
                last.Dispose();
            }

            settings.Restore();
            throw;
        }
    }

    /// <summary>
    /// Starts an agent that steers the connections of this process's own stack on a TUN, and chooses their packet schedulers.
    /// </summary>
    /// <param name="options">How; its namespace is where the uplinks are.</param>
    /// <param name="stack">The stack, which the agent owns from now on.</param>
    /// <param name="uplinks">Where the stack's addresses lead.</param>
    /// <exception cref="AgentCannotRunException">No such namespace, the stack has ended, or a policy that is wrong.</exception>
    public static AgentHost Start(AgentOptions options, TunStack stack, IEnumerable<TunUplink> uplinks)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plane = Within(() => new StackPlane(new TunAccess(stack)));
        try
        {
            var host = new KernelInventory(Within(() => InventoryWatcher.Open(options.Netns)));
            return Start(
                options, new AgentGround(plane, new TunInventory(host, [.. uplinks]), TunGround.Capabilities, static () => { }));
        }
        catch
        {
            plane.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts an agent with a userspace stack on a TUN of its own, routed out of the uplinks, and a proxy by which any program uses it.
    /// </summary>
    /// <param name="options">How; its namespace is where the uplinks are.</param>
    /// <param name="plane">The device, the uplinks and the proxy.</param>
    /// <exception cref="AgentCannotRunException">No root, no TUN, no such uplink or namespace, or a policy that is wrong.</exception>
    public static AgentHost Start(AgentOptions options, TunPlaneOptions plane)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plane);
        var policy = ParsePolicy(options);
        var opened = Within(() => TunGround.Open(options, plane));
        try
        {
            Rehearsal.Run(opened.Ground.Plane);
            return new AgentHost(new AgentParts(options, policy, opened.Ground), opened.Proxy, Control(options, plane, opened));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Starts an agent on a data plane that is not this machine's kernel.</summary>
    /// <param name="options">How.</param>
    /// <param name="ground">What it steers.</param>
    /// <exception cref="AgentCannotRunException">A policy that is wrong.</exception>
    internal static AgentHost Start(AgentOptions options, AgentGround ground)
    {
        var policy = ParsePolicy(options);
        Rehearsal.Run(ground.Plane);
        return new AgentHost(new AgentParts(options, policy, ground));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await (_control?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_proxy?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _parts.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>An agent steers as well where nobody can look.</summary>
    private static ControlServer? Control(AgentOptions options, TunPlaneOptions plane, TunGround made)
    {
        if (plane.ControlDirectory is not { } directory)
        {
            return null;
        }

        try
        {
            var path = ControlSockets.PathOf(directory, options.Netns, plane.Device.Name);
            return ControlServer.Start(path, made.Teller, made.Ground.Plane);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            new AgentLog(options.Log, options.JsonLog, TimeProvider.System).Warn(
                "warning", new LogField("text", $"`mpagent connections` and others cannot reach the stack: {e.Message}"));
            return null;
        }
    }

    private static Policy? ParsePolicy(AgentOptions options)
    {
        if (options.PolicyYaml is not { } yaml)
        {
            return null;
        }

        var parsed = PolicyText.Parse(yaml, options.PolicyFileName);
        return parsed.Value ?? throw new AgentCannotRunException(string.Join(Environment.NewLine, parsed.Errors));
    }

    private static KernelSettings Settings(AgentOptions options)
    {
        var (settings, error) = Within(() => KernelSettings.Apply(
            new MptcpSysctls(options.Netns, options.SysctlDirectory),
            KernelSettings.Tcp(options.Netns),
            options.UnsentLimit,
            options.StateDirectory is { } state ? new OwnSettingsFile(state, OwnSettingsFile.Whose(options.Netns)) : null));
        if (settings is null)
        {
            throw new AgentCannotRunException(error);
        }

        if (settings.Trouble is { } trouble)
        {
            new AgentLog(options.Log, options.JsonLog, TimeProvider.System).Warn("warning", new LogField("text", trouble));
        }

        return settings;
    }

    private static T Keep<T>(Stack<IDisposable> opened, T one)
        where T : IDisposable
    {
        opened.Push(one);
        return one;
    }

    private static HostCapabilities Capabilities(AgentOptions options) => new(
        new MptcpSysctls(options.Netns, options.SysctlDirectory).AvailableSchedulers.ToEquatableArray(),
        Environment.OSVersion.Version.ToString(),
        PlaneKind.Kernel);

    private static T Within<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is KernelException or NetlinkException or InvalidOperationException or IOException)
        {
            throw new AgentCannotRunException(e.Message);
        }
    }
}
