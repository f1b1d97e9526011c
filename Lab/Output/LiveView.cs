using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Multipath.Lab.Output;

/// <summary>Redraws paths, plan, subflows and throughput in a terminal, with the last events below.</summary>
/// <remarks>The whole timeline is printed at the end, so that nothing scrolls away.</remarks>
internal sealed class LiveView : IRunView
{
    /// <summary>Events kept on the screen; more would push the tables off a terminal of 40 lines.</summary>
    private const int VisibleEvents = 12;

    /// <summary>Columns of the throughput graph; one for each snapshot.</summary>
    private const int GraphWidth = 60;

    private const string Blocks = " ▁▂▃▄▅▆▇█";

    private readonly IAnsiConsole _console;
    private readonly List<TimelineEntry> _events = [];
    private readonly Queue<double> _throughput = new();
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _end = new();
    private readonly ManualResetEventSlim _changed = new();
    private readonly Thread _painter;
    private LabSnapshot? _snapshot;

    public LiveView(IAnsiConsole console)
    {
        _console = console;
        _painter = new Thread(Paint) { IsBackground = true, Name = "live view" };
        _painter.Start();
    }

    public void Show(TimelineEntry entry)
    {
        lock (_gate)
        {
            _events.Add(entry);
        }

        _changed.Set();
    }

    public void Show(LabSnapshot snapshot)
    {
        lock (_gate)
        {
            _snapshot = snapshot;
            _throughput.Enqueue(snapshot.MbitPerSecond);
            while (_throughput.Count > GraphWidth)
            {
                _throughput.Dequeue();
            }
        }

        _changed.Set();
    }

    public void Show(RunSummary summary)
    {
        Stop();
        foreach (var entry in _events)
        {
            _console.WriteLine(PlainView.Line(entry));
        }

        _console.Write(new Text(SummaryText.Of(summary)));
    }

    public void Dispose()
    {
        Stop();
        _end.Dispose();
        _changed.Dispose();
    }

    private void Stop()
    {
        _end.Set();
        _changed.Set();
        _painter.Join();
    }

    private void Paint() => _console.Live(Draw()).AutoClear(true).Start(context =>
    {
        while (!_end.IsSet)
        {
            _changed.Wait();
            _changed.Reset();
            context.UpdateTarget(Draw());
        }
    });

    private Rows Draw()
    {
        lock (_gate)
        {
            List<IRenderable> parts = [];
            if (_snapshot is { } snapshot)
            {
                var (plan, status) = (Markup.Escape(snapshot.Plan), Markup.Escape(snapshot.Status));
                parts.Add(new Markup(string.Create(
                    CultureInfo.InvariantCulture, $"[bold]{snapshot.At.TotalSeconds,6:0.0}s[/]  plan [bold]{plan}[/]  {status}")));
                parts.Add(Paths(snapshot));
                parts.Add(Subflows(snapshot));
                parts.Add(new Text(Graph(snapshot.MbitPerSecond)));
            }

            parts.AddRange(_events.TakeLast(VisibleEvents).Select(entry => new Text(Cropped(PlainView.Line(entry)))));
            return new Rows(parts);
        }
    }

    private string Graph(double now)
    {
        var highest = Math.Max(1, _throughput.Max());
        var bars = _throughput.Select(value => Blocks[(int)Math.Round(value / highest * (Blocks.Length - 1))]);
        return string.Create(CultureInfo.InvariantCulture, $"{string.Concat(bars)} {now:0.0} Mbit/s");
    }

    /// <summary>One line of the terminal: the whole text is printed at the end.</summary>
    private string Cropped(string line)
    {
        var width = _console.Profile.Width;
        return line.Length <= width ? line : $"{line.AsSpan(0, width - 1)}…";
    }

    private static Table Paths(LabSnapshot snapshot)
    {
        var table = Columns("path", "state", "rtt", "loss", "role").AddColumn("why");
        foreach (var path in snapshot.Paths)
        {
            var colour = path.State != "up" ? Color.Red : path.Role == "active" ? Color.Green : Color.Default;
            table.AddRow(
                new Text(path.Name, colour),
                new Text(path.State, colour),
                new Text(path.Rtt),
                new Text(path.Loss),
                new Text(path.Role, colour),
                new Text(path.Reason));
        }

        return table;
    }

    private static Table Subflows(LabSnapshot snapshot)
    {
        var table = Columns("subflow", "to", "role", "sent", "rtt");
        foreach (var subflow in snapshot.Subflows)
        {
            table.AddRow(
                new Text(subflow.Local), new Text(subflow.Remote), new Text(subflow.Role), new Text(subflow.Sent), new Text(subflow.Rtt));
        }

        return table;
    }

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.Rounded).Expand();
        return names.Aggregate(table, (columns, name) => columns.AddColumn(new TableColumn(name).NoWrap()));
    }
}
