using Multipath.Standalone.Orleans.Scheduling;

namespace Multipath.Standalone.Orleans;

/// <summary>
/// Runs grains, and whatever else uses its scheduler and clock, on one thread and on virtual time. Whenever several activations have
/// work, the seed decides which runs its next turn; when none has, the clock moves to its next timer. One seed gives one order of
/// turns, always.
/// </summary>
/// <remarks>
/// For this to hold, the code in it takes the time and its delays from <see cref="Time"/>, starts no threads, and does not use
/// <c>ConfigureAwait(false)</c>, <c>Task.Run</c> or <c>RunContinuationsAsynchronously</c>: work that comes from another thread fails
/// the run, with the stack from which it came.
/// </remarks>
public sealed class Simulation
{
    // How long, in real time, a failing run looks for a foreign thread as the cause: virtual time runs away from real threads.
    private static readonly TimeSpan BlamePatience = TimeSpan.FromSeconds(1);
    private readonly SimulatedExecutor _executor;

    /// <summary>A simulation of a seed.</summary>
    /// <param name="seed">Decides the order of turns.</param>
    /// <param name="time">The clock; null for a new one.</param>
    public Simulation(int seed, VirtualTime? time = null)
    {
        Seed = seed;
        Time = time ?? new VirtualTime();
        _executor = new SimulatedExecutor(seed, Time);
    }

    /// <summary>What decides the order of turns; a failing test prints it.</summary>
    public int Seed { get; }

    /// <summary>The clock.</summary>
    public VirtualTime Time { get; }

    /// <summary>How many turns have run.</summary>
    public long Turns => _executor.Turns;

    /// <summary>A digest of all turns so far: times, whose they were and what they were. Equal for equal runs.</summary>
    public ulong Fingerprint => _executor.Fingerprint;

    /// <summary>Hears of each turn before it runs: time since the start, whose it is, what it is.</summary>
    public Action<TimeSpan, string, string>? Trace
    {
        get => _executor.Trace;
        set => _executor.Trace = value;
    }

    internal TurnExecutor Executor => _executor;

    /// <summary>A scheduler for an actor that is not a grain: one turn at a time, in the order that the seed decides.</summary>
    /// <param name="name">The actor's name in the trace.</param>
    public TaskScheduler CreateScheduler(string name) => new TurnQueue(_executor, () => name);

    /// <summary>Runs a scenario to its end, on the calling thread.</summary>
    /// <param name="scenario">Starts the host, drives it and stops it. Its awaits resume in the simulation.</param>
    /// <param name="limit">The most virtual time that it may take; null for a day.</param>
    /// <exception cref="SimulationException">Nothing is left to do, the limit is passed, or work came from another thread.</exception>
    public void Run(Func<Task> scenario, TimeSpan? limit = null)
    {
        TimeSpan end = Time.Elapsed + (limit ?? TimeSpan.FromDays(1));
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _executor.Enter();
        try
        {
            TaskScheduler scheduler = CreateScheduler("scenario");
            Task run = Task.Factory.StartNew(scenario, CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap();
            while (!run.IsCompleted)
            {
                Step(end);
            }

            if (!run.IsCompletedSuccessfully)
            {
                _executor.WaitForForeign(BlamePatience);
            }

            _executor.ThrowIfForeign(Seed);
            run.GetAwaiter().GetResult();
        }
        finally
        {
            _executor.Leave();
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void Step(TimeSpan end)
    {
        _executor.ThrowIfForeign(Seed);
        if (_executor.TryRunTurn())
        {
            return;
        }

        if (Time.NextDue is not { } next)
        {
            throw Stuck("has nothing left to do, but the scenario has not ended");
        }

        if (next > end)
        {
            throw Stuck($"would pass its limit of {end}");
        }

        Time.FireNext();
    }

    private SimulationException Stuck(string why)
    {
        _executor.WaitForForeign(BlamePatience);
        _executor.ThrowIfForeign(Seed);
        return new SimulationException($"The simulation of seed {Seed}, at {Time.Elapsed}, {why}.");
    }
}

/// <summary>A simulation cannot go on.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Without a text.</summary>
    public SimulationException()
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="message">What went wrong.</param>
    public SimulationException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public SimulationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
