using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans;

/// <summary>The reminders of a grain.</summary>
public static class GrainReminderExtensions
{
    /// <summary>Registers a reminder of this grain or sets its times anew. It outlives the activation.</summary>
    /// <param name="grain">The grain; it implements <see cref="IRemindable"/>.</param>
    /// <param name="reminderName">The name, unique in its grain.</param>
    /// <param name="dueTime">Until the first tick.</param>
    /// <param name="period">From one tick to the next; at least a minute unless the options allow less.</param>
    /// <exception cref="InvalidOperationException">The grain is not remindable, or the silo has no reminders.</exception>
    public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        => RegistryOf(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period);

    /// <summary>Ends a reminder of this grain.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="reminder">The reminder.</param>
    public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder)
        => RegistryOf(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);

    /// <summary>A reminder of this grain, or null.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="reminderName">The name.</param>
    public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName)
        => RegistryOf(grain).GetReminder(grain.GrainContext.GrainId, reminderName);

    private static IReminderRegistry RegistryOf(Grain grain)
    {
        if (grain is not IRemindable)
        {
            throw new InvalidOperationException($"{grain.GetType()} has no reminders: it does not implement IRemindable.");
        }

        return grain.GrainContext.ActivationServices.GetService<IReminderRegistry>()
            ?? throw new InvalidOperationException("The silo has no reminders: add them by AddReminders or UseInMemoryReminderService.");
    }
}
