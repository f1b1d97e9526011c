using Orleans.Runtime;

namespace Orleans.Timers;

/// <summary>Registers reminders of grains; grains use <see cref="GrainReminderExtensions"/>.</summary>
public interface IReminderRegistry
{
    /// <summary>Registers a reminder or sets its times anew.</summary>
    /// <param name="callingGrainId">The grain to wake.</param>
    /// <param name="reminderName">The name, unique in its grain.</param>
    /// <param name="dueTime">Until the first tick.</param>
    /// <param name="period">From one tick to the next; not below <see cref="Hosting.ReminderOptions.MinimumReminderPeriod"/>.</param>
    Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

    /// <summary>Ends a reminder.</summary>
    /// <param name="callingGrainId">The grain.</param>
    /// <param name="reminder">The reminder.</param>
    Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

    /// <summary>A reminder, or null.</summary>
    /// <param name="callingGrainId">The grain.</param>
    /// <param name="reminderName">The name.</param>
    Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName);
}
