using System.Collections.Immutable;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;

namespace Multipath.Agent.Routes;

/// <summary>
/// Keeps a large initial window on the routes of paths that stand by, and on no others: looks at what is there, makes it so, and looks
/// again now and then, because routes come and go with their links. Nothing waits for it; it has a task of its own.
/// </summary>
internal sealed class StandbyRoutes : IAsyncDisposable
{
    /// <summary>A route that was put back by its owner is found within this.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly IRouteTable _table;
    private readonly OwnRoutesFile? _file;
    private readonly AgentLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _running;
    private volatile Wish? _wanted;
    private ImmutableHashSet<RouteKey> _ours;
    private string _trouble = "";

    /// <summary>Knows at once what an earlier agent left behind; nothing is touched before somebody says what is wanted.</summary>
    /// <param name="table">The routes; owned from now on.</param>
    /// <param name="file">Where changed routes are remembered; null for nowhere.</param>
    /// <param name="log">For people at the host.</param>
    /// <param name="time">The time.</param>
    public StandbyRoutes(IRouteTable table, OwnRoutesFile? file, AgentLog log, TimeProvider time)
    {
        (_table, _file, _log) = (table, file, log);
        _ours = Guarded(() => file?.Load()) ?? [];
        _running = Task.Run(() => RunAsync(time));
    }

    /// <summary>These paths stand by from now on. Any thread.</summary>
    public void Want(EquatableArray<StandbyPath> paths)
    {
        if (_wanted?.Paths != paths)
        {
            _wanted = new Wish(paths);
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Gives every route back as it was.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Reconcile([]);
        _table.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(LookAgainAfter, time);
        var tick = timer.WaitForNextTickAsync().AsTask();
        var woken = _wake.WaitAsync(_stop.Token);
        while (await Task.WhenAny(tick, woken) is var first && !_stop.IsCancellationRequested)
        {
            (tick, woken) = first == tick ? (timer.WaitForNextTickAsync().AsTask(), woken) : (tick, _wake.WaitAsync(_stop.Token));
            if (_wanted is { } wish)
            {
                Reconcile(wish.Paths);
            }
        }
    }

    private void Reconcile(EquatableArray<StandbyPath> wanted)
    {
        var tables = wanted.Select(path => (path.V6, path.Table)).Union(_ours.Select(route => (WindowChanges.IsV6(route), route.Table)));
        List<KernelRoute> there = [];
        foreach (var (v6, table) in tables.ToArray())
        {
            if (_table.Read(v6, table) is not { } routes)
            {
                // Nothing is known of them now; what is ours must not be forgotten for that.
                return;
            }

            there.AddRange(routes);
        }

        var changes = WindowChanges.Between(there, wanted, _ours);
        if (Remember(changes.Ours.Union(changes.Raise.Select(one => one.Route.Key))))
        {
            foreach (var (route, window) in changes.Raise)
            {
                Set(route, window, "raised");
            }

            Remember(_ours.Except(changes.Restore.Where(route => Set(route, null, "restored")).Select(route => route.Key).ToArray()));
        }
    }

    /// <returns>False when the kernel refused.</returns>
    private bool Set(KernelRoute route, uint? window, string did)
    {
        if (_table.SetInitialWindow(route, window) is { } refused)
        {
            Warn($"the initial window of route {route.Key}: {refused}");
            return false;
        }

        _log.Info("route", new LogField("initial_window", did), new LogField("route", route.Key));
        return true;
    }

    /// <returns>False when they cannot be remembered, and then none is changed.</returns>
    private bool Remember(ImmutableHashSet<RouteKey> ours)
    {
        if (!ours.SetEquals(_ours) && Guarded(() => { _file?.Save(ours); return this; }) is null)
        {
            return false;
        }

        _ours = ours;
        return true;
    }

    private T? Guarded<T>(Func<T?> access)
        where T : class
    {
        try
        {
            return access();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"changed routes cannot be remembered in {_file?.FileName}: {e.Message}");
            return null;
        }
    }

    /// <summary>Once while it stays the same.</summary>
    private void Warn(string text)
    {
        if (text != _trouble)
        {
            _trouble = text;
            _log.Warn("warning", new LogField("text", text));
        }
    }

    /// <summary>A reference, so that it is read and written whole.</summary>
    private sealed record Wish(EquatableArray<StandbyPath> Paths);
}
