using System.Globalization;

namespace Multipath.Silo.Storage.Archive;

/// <summary>
/// A grain's key as Orleans's ADO.NET storage keeps it (AdoGrainKey): a key that reads as a GUID of 32 digits or as a hexadecimal number is
/// kept as numbers, any other as text. Two keys that read as one number, such as <c>1</c> and <c>01</c>, are therefore one to it.
/// </summary>
/// <param name="Text">The key; empty when the numbers are.</param>
/// <param name="High">First half of a GUID, as it lies in memory.</param>
/// <param name="Low">Second half of a GUID, or a number.</param>
internal readonly record struct OrleansKey(string Text, long High, long Low)
{
    public static OrleansKey Of(string key)
    {
        if (Guid.TryParseExact(key, "N", out var guid))
        {
            var bytes = guid.ToByteArray();
            return new("", BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8));
        }

        return long.TryParse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? new("", 0, number)
            : new(key, 0, 0);
    }

    /// <summary>The key, a number without leading zeros.</summary>
    public override string ToString() =>
        Text.Length > 0 ? Text
        : High == 0 ? Low.ToString("x", CultureInfo.InvariantCulture)
        : new Guid([.. BitConverter.GetBytes(High), .. BitConverter.GetBytes(Low)]).ToString("N");
}
