using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>Values that go along with a call and with the calls that it causes. Changes made by the callee do not come back.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    /// <summary>The names of all values.</summary>
    public static IEnumerable<string> Keys => (Values.Value ?? ImmutableDictionary<string, object>.Empty).Keys;

    /// <summary>All names and values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? ImmutableDictionary<string, object>.Empty;

    internal static ImmutableDictionary<string, object>? Current
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    /// <summary>The value of a name, or null.</summary>
    /// <param name="key">The name.</param>
    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    /// <summary>Sets a value for the calls that follow in this flow.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value; immutable.</param>
    public static void Set(string key, object value)
        => Values.Value = (Values.Value ?? ImmutableDictionary.Create<string, object>(StringComparer.Ordinal)).SetItem(key, value);

    /// <summary>Removes a value; false if there was none.</summary>
    /// <param name="key">The name.</param>
    public static bool Remove(string key)
    {
        if (Values.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        Values.Value = values.Remove(key);
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => Values.Value = null;
}
