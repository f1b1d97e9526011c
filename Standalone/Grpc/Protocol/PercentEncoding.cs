using System.Buffers;
using System.Text;

namespace Grpc.Protocol;

/// <summary>
/// The text of <c>grpc-message</c>: UTF-8, where all but printable ASCII, and '%', is %XX (gRPC over HTTP/2, Status-Message).
/// </summary>
internal static class PercentEncoding
{
    private const string Hex = "0123456789ABCDEF";

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '%')]);

    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var result = new StringBuilder(text.Length * 2);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                result.Append((char)b);
            }
            else
            {
                result.Append('%').Append(Hex[b >> 4]).Append(Hex[b & 15]);
            }
        }

        return result.ToString();
    }

    /// <summary>Never fails: what is no %XX stands for itself, and what is no UTF-8 becomes the replacement character.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%'))
        {
            return text;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < source.Length; i++, length++)
        {
            if (source[i] == '%' && i + 2 < source.Length
                && char.IsAsciiHexDigit((char)source[i + 1]) && char.IsAsciiHexDigit((char)source[i + 2]))
            {
                source[length] = (byte)((Digit(source[i + 1]) << 4) | Digit(source[i + 2]));
                i += 2;
            }
            else
            {
                source[length] = source[i];
            }
        }

        return Encoding.UTF8.GetString(source, 0, length);
    }

    private static int Digit(byte c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
