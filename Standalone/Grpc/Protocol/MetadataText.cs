using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Grpc.Protocol;

/// <summary>Metadata entries as header values: ASCII as it is, bytes as base64 (gRPC over HTTP/2, Custom-Metadata).</summary>
internal static class MetadataText
{
    /// <summary>The header value of an entry; base64 without padding, as the protocol asks of senders.</summary>
    public static string Format(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.BytesOnTheWire()).TrimEnd('=') : entry.Value;

    /// <summary>The header value of an entry that the protocol can carry.</summary>
    /// <exception cref="InvalidOperationException">A text has other characters than printable ASCII.</exception>
    public static string FormatChecked(Metadata.Entry entry)
    {
        var text = Format(entry);
        return text.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? throw new InvalidOperationException($"The value of '{entry.Key}' cannot be sent: it is not printable ASCII.")
            : text;
    }

    /// <summary>Adds what a header carries; entries of bytes may be joined by commas in one header.</summary>
    /// <returns>False when a value of bytes is no base64.</returns>
    public static bool TryAdd(Metadata metadata, string name, string value)
    {
        var key = Lower(name);
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(Metadata.Entry.Received(key, value));
            return true;
        }

        foreach (var part in value.AsSpan().Split(','))
        {
            if (!TryDecode(value.AsSpan()[part].Trim(), out var bytes))
            {
                return false;
            }

            metadata.Add(Metadata.Entry.Received(key, bytes));
        }

        return true;
    }

    private static string Lower(string name) => name.AsSpan().ContainsAnyInRange('A', 'Z') ? name.ToLowerInvariant() : name;

    private static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        var bare = text.TrimEnd('=');
        Span<char> padded = bare.Length <= 256 ? stackalloc char[bare.Length + 3] : new char[bare.Length + 3];
        bare.CopyTo(padded);
        padded[bare.Length..].Fill('=');
        padded = padded[..((bare.Length + 3) & ~3)];
        var buffer = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(padded, buffer, out var written))
        {
            bytes = null;
            return false;
        }

        bytes = buffer[..written];
        return true;
    }
}
