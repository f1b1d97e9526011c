using System.Globalization;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Reminders;

/// <summary>Reminders that last as long as the process.</summary>
internal sealed class MemoryReminderTable : IReminderTable
{
    private readonly SortedDictionary<(string Grain, string Name), ReminderEntry> _rows = [];
    private readonly Lock _lock = new();
    private long _version;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Select(row => row.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Select(row => IsBetween(row.GrainId.GetUniformHashCode(), begin, end));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.GetValueOrDefault((grainId.ToString(), reminderName)));
        }
    }

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_lock)
        {
            entry.ETag = (++_version).ToString(CultureInfo.InvariantCulture);
            _rows[(entry.GrainId.ToString(), entry.ReminderName)] = entry;
            return Task.FromResult<string?>(entry.ETag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_lock)
        {
            (string, string) key = (grainId.ToString(), reminderName);
            return Task.FromResult(_rows.TryGetValue(key, out ReminderEntry? row) && row.ETag == eTag && _rows.Remove(key));
        }
    }

    public Task TestOnlyClearTable()
    {
        lock (_lock)
        {
            _rows.Clear();
            return Task.CompletedTask;
        }
    }

    private static bool IsBetween(uint hash, uint begin, uint end)
        => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private Task<ReminderTableData> Select(Func<ReminderEntry, bool> predicate)
    {
        lock (_lock)
        {
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(predicate)));
        }
    }
}
