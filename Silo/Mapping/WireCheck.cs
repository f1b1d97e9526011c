using System.Collections.Immutable;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Mapping;

/// <summary>
/// Reads values of a message that nobody vouches for. The first bad one is kept in <see cref="Problem"/>; what was read is void then.
/// </summary>
internal sealed class WireCheck
{
    private const int NameLength = 253;
    private const int LabelCount = 64;

    /// <summary>What is wrong; null while nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>A host's or counter's name: letters, digits and <c>. _ : -</c>.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= NameLength
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':');

    public void Fail(string problem) => Problem ??= problem;

    public string Name(string text, string what)
    {
        if (!IsName(text))
        {
            Fail($"{what} is not a name of letters, digits and . _ : - of at most {NameLength} characters");
        }

        return text;
    }


    public string Interface(string text)
    {
        if (!ReportLimits.IsInterfaceName(text))
        {
            Fail("an interface name is empty, too long or has control characters");
        }

        return text;
    }

    public IPAddress Address(ByteString bytes, string what)
    {
        if (bytes.Length is 4 or 16)
        {
            return new IPAddress(bytes.Span);
        }

        Fail($"{what} has {bytes.Length} bytes, expected 4 or 16");
        return IPAddress.None;
    }

    public IPEndPoint EndPoint(Wire.EndPoint? end, string what)
    {
        if (end is null || end.Port > IPEndPoint.MaxPort)
        {
            Fail(end is null ? $"{what} is missing" : $"{what} has port {end.Port}");
            return new IPEndPoint(IPAddress.None, 0);
        }

        return new IPEndPoint(Address(end.Address, what), (int)end.Port);
    }

    public byte Id(uint id)
    {
        if (id > byte.MaxValue)
        {
            Fail($"{id} is not an address id");
        }

        return (byte)id;
    }

    /// <summary>Unix microseconds of this or a later century.</summary>
    public DateTimeOffset Time(long us)
    {
        const long Year9000 = 221_845_392_000_000_000;
        if (us is >= 0 and < Year9000)
        {
            return DateTimeOffset.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond);
        }

        Fail($"{us} is not a time");
        return default;
    }

    public ImmutableSortedDictionary<string, string> Labels(MapField<string, string> labels)
    {
        if (labels.Count > LabelCount)
        {
            Fail($"{labels.Count} labels, at most {LabelCount} are taken");
        }

        foreach (var (key, value) in labels)
        {
            if (key.Length is 0 or > NameLength || value.Length > NameLength || (key + value).Any(char.IsControl))
            {
                Fail("a label is empty, too long or has control characters");
            }
        }

        return labels.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
