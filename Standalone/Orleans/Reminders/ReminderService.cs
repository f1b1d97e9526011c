using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Multipath.Standalone.Orleans.Scheduling;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace Multipath.Standalone.Orleans.Reminders;

/// <summary>Runs the reminders of the table: each tick is a call to its grain, and the next is armed when it has ended.</summary>
internal sealed partial class ReminderService(
    IReminderTable table, IGrainFactory grains, TimeProvider time, TurnExecutor executor, IOptions<ReminderOptions> options,
    ILogger<ReminderService> log) : IReminderRegistry, IDisposable
{
    private readonly ConcurrentDictionary<(GrainId, string), LocalReminder> _running = new();
    private readonly TurnQueue _queue = new(executor, () => "reminders");

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"The reminder \"{reminderName}\" has a period of {period}, less than {options.Value.MinimumReminderPeriod}: use a timer.",
                nameof(period));
        }

        var row = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = time.GetUtcNow().UtcDateTime + dueTime,
            Period = period,
        };
        row.ETag = await table.UpsertRow(row);
        return Run(row);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        ReminderEntry row = (reminder as LocalReminder)?.Row
            ?? throw new ArgumentException("The reminder was not made by this silo.", nameof(reminder));
        if (!await table.RemoveRow(callingGrainId, row.ReminderName, row.ETag!))
        {
            throw new OrleansException($"The reminder {row} is not registered any more, or was registered anew.");
        }

        if (_running.TryRemove((callingGrainId, row.ReminderName), out LocalReminder? running))
        {
            running.Dispose();
        }
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
        => await table.ReadRow(callingGrainId, reminderName) is not { } row ? null
            : _running.TryGetValue((callingGrainId, reminderName), out LocalReminder? running) && running.Row.ETag == row.ETag ? running
            : Run(row);

    /// <summary>Reads the table and starts all reminders.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await table.StartAsync(cancellationToken);
        ReminderTableData all = await table.ReadRows(0, 0);
        foreach (ReminderEntry row in all.Reminders)
        {
            Run(row);
        }
    }

    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        await table.StopAsync(cancellationToken);
    }

    public void Dispose()
    {
        foreach (LocalReminder reminder in _running.Values)
        {
            reminder.Dispose();
        }
    }

    private LocalReminder Run(ReminderEntry row)
    {
        var reminder = new LocalReminder(row, time, rung => _queue.Enqueue("reminder", () => _ = TickAsync(rung)));
        _running.AddOrUpdate((row.GrainId, row.ReminderName), reminder, (_, replaced) =>
        {
            replaced.Dispose();
            return reminder;
        });
        reminder.ArmNext();
        return reminder;
    }

    private async Task TickAsync(LocalReminder reminder)
    {
        if (!reminder.TakeTick())
        {
            return;
        }

        try
        {
            await grains.GetGrain<IRemindable>(reminder.Row.GrainId).ReceiveReminder(reminder.ReminderName, reminder.Status);
        }
        catch (Exception failure)
        {
            LogTickFailed(reminder.ReminderName, reminder.Row.GrainId, failure);
        }

        if (!reminder.HasEnded)
        {
            reminder.ArmNext();
        }
    }

    [LoggerMessage(10, LogLevel.Error, "The reminder {Reminder} of {Grain} failed; it goes on")]
    private partial void LogTickFailed(string reminder, GrainId grain, Exception failure);
}
