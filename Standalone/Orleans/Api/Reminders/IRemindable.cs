using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that can be woken by reminders. They outlive activations and the process.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder is due.</summary>
        /// <param name="reminderName">Its name.</param>
        /// <param name="status">Its times.</param>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    /// <summary>A registered reminder.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name, unique in its grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>The times of a reminder's tick, in UTC.</summary>
    /// <param name="firstTickTime">When it was due first.</param>
    /// <param name="period">From one tick to the next.</param>
    /// <param name="timeStamp">Now.</param>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When it was due first.</summary>
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>From one tick to the next.</summary>
        public TimeSpan Period { get; } = period;

        /// <summary>When this tick was sent.</summary>
        public DateTime CurrentTickTime { get; } = timeStamp;

        /// <inheritdoc/>
        public override string ToString() => $"first {FirstTickTime:O}, every {Period}, now {CurrentTickTime:O}";
    }
}
