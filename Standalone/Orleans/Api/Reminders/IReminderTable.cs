using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// Keeps reminders. The runtime reads all rows when it starts and one row at a time later. Register one's own as a singleton to make
/// reminders outlive the process.
/// </summary>
public interface IReminderTable
{
    /// <summary>Called before all else.</summary>
    /// <param name="cancellationToken">Cancelled when the host gives up starting.</param>
    Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>All reminders of a grain.</summary>
    /// <param name="grainId">The grain.</param>
    Task<ReminderTableData> ReadRows(GrainId grainId);

    /// <summary>
    /// All reminders of the grains whose <see cref="GrainId.GetUniformHashCode"/> is above <paramref name="begin"/> and not above
    /// <paramref name="end"/>. If <paramref name="begin"/> is not less than <paramref name="end"/>, the range goes round: 0 and 0 are all.
    /// </summary>
    /// <param name="begin">Exclusive.</param>
    /// <param name="end">Inclusive.</param>
    Task<ReminderTableData> ReadRows(uint begin, uint end);

    /// <summary>One reminder, or null.</summary>
    /// <param name="grainId">The grain.</param>
    /// <param name="reminderName">The name.</param>
    Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

    /// <summary>Inserts or replaces a reminder and returns its new version.</summary>
    /// <param name="entry">The reminder.</param>
    Task<string?> UpsertRow(ReminderEntry entry);

    /// <summary>Deletes a reminder; false if there is none of this version.</summary>
    /// <param name="grainId">The grain.</param>
    /// <param name="reminderName">The name.</param>
    /// <param name="eTag">The version.</param>
    Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

    /// <summary>Deletes everything.</summary>
    Task TestOnlyClearTable();

    /// <summary>Called after all else.</summary>
    /// <param name="cancellationToken">Cancelled when the host gives up stopping.</param>
    Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>One row of a reminder table.</summary>
public sealed class ReminderEntry
{
    /// <summary>The grain to wake.</summary>
    public GrainId GrainId { get; set; }

    /// <summary>The name, unique in its grain.</summary>
    public string ReminderName { get; set; } = "";

    /// <summary>When it is due first, in UTC.</summary>
    public DateTime StartAt { get; set; }

    /// <summary>From one tick to the next.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>The row's version.</summary>
    public string? ETag { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{GrainId} {ReminderName} at {StartAt:O} every {Period}, version {ETag}";
}

/// <summary>Rows of a reminder table.</summary>
public sealed class ReminderTableData
{
    /// <summary>None.</summary>
    public ReminderTableData()
        : this([])
    {
    }

    /// <summary>One.</summary>
    /// <param name="entry">The row.</param>
    public ReminderTableData(ReminderEntry entry)
        : this([entry])
    {
    }

    /// <summary>These.</summary>
    /// <param name="list">The rows.</param>
    public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

    /// <summary>The rows.</summary>
    public IList<ReminderEntry> Reminders { get; }
}
