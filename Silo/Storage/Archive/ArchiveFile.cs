using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Multipath.Silo.Storage.Archive;

/// <summary>
/// All states of a fleet in a text file, one JSON value a line: a header, the states, and a last line with their number and the SHA-256 of
/// all bytes before it. A file that was cut short or changed is therefore known as such.
/// <code>
/// {"format":"mpsilo-state","version":1,"writtenAt":"2030-01-01T00:00:00+00:00","source":"..."}
/// {"state":"host","key":"van-1","body":{...}}
/// {"count":1,"sha256":"..."}
/// </code>
/// </summary>
internal static class ArchiveFile
{
    private const string Format = "mpsilo-state";
    private const int Version = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <returns>How many states were written.</returns>
    /// <exception cref="StoreException">A state is no JSON.</exception>
    public static async Task<long> Write(
        Stream file, string source, DateTimeOffset now, IAsyncEnumerable<StoredState> states, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await WriteLine(file, hash, new Header(Format, Version, now, source), cancellation);
        var count = 0L;
        await foreach (var state in states.WithCancellation(cancellation))
        {
            await WriteLine(file, hash, new Line(state.Name, state.Key, Parse(state)), cancellation);
            count++;
        }

        await WriteLine(file, hash, new End(count, Convert.ToHexStringLower(hash.GetCurrentHash())), cancellation);
        return count;
    }

    /// <summary>The states of a file; fails at its end when it is not whole, so that what was read is void then.</summary>
    /// <exception cref="StoreException">It is no such file, or not as it was written.</exception>
    public static async IAsyncEnumerable<StoredState> Read(Stream file, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        CheckHeader(await NextLine(reader, cancellation), hash);
        for (var count = 0L; ; count++)
        {
            var text = await NextLine(reader, cancellation)
                ?? throw Refused($"it ends after {count} states without its last line, so that a part is missing");
            var line = As<Line>(text);
            if (line is { State: null, Key: null })
            {
                CheckEnd(As<End>(text), count, hash);
                if (await NextLine(reader, cancellation) is not null)
                {
                    throw Refused("something follows its last line");
                }

                yield break;
            }

            Add(hash, text);
            yield return line is { State: { } name, Key: { } key, Body.ValueKind: JsonValueKind.Object }
                ? new StoredState(name, key, line.Body.GetRawText())
                : throw Refused($"line {count + 2} is not a state");
        }
    }

    private static void CheckHeader(string? text, IncrementalHash hash)
    {
        var header = text is null ? null : As<Header>(text);
        if (header?.Format != Format)
        {
            throw Refused("it was not written by mpsilo export");
        }

        if (header.Version > Version)
        {
            throw Refused(
                $"its form is {header.Version}, this program reads up to {Version}: use the version that wrote it, or a newer one");
        }

        Add(hash, text!);
    }

    private static void CheckEnd(End end, long count, IncrementalHash hash)
    {
        if (end.Count != count || end.Sha256 != Convert.ToHexStringLower(hash.GetCurrentHash()))
        {
            throw Refused($"its checksum does not fit what is in it: {count} states, {end.Count} were written");
        }
    }

    private static JsonElement Parse(StoredState state)
    {
        try
        {
            return JsonElement.Parse(state.Body);
        }
        catch (JsonException error)
        {
            throw new StoreException($"The state {state.Name} of {state.Key} is not JSON and cannot be exported: {error.Message}", error);
        }
    }

    private static async Task WriteLine<T>(Stream file, IncrementalHash hash, T value, CancellationToken cancellation)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(value, Json), (byte)'\n'];
        hash.AppendData(line);
        await file.WriteAsync(line, cancellation);
    }

    private static async Task<string?> NextLine(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (DecoderFallbackException error)
        {
            throw Refused("it is not UTF-8 text", error);
        }
    }

    private static T As<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Json) ?? throw Refused("it has a line without a value");
        }
        catch (JsonException error)
        {
            throw Refused("it has a line that is not JSON", error);
        }
    }

    private static void Add(IncrementalHash hash, string line)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(line));
        hash.AppendData("\n"u8);
    }

    private static StoreException Refused(string why, Exception? error = null)
    {
        var text = $"The file cannot be imported: {why}. Nothing was changed.";
        return error is null ? new StoreException(text) : new StoreException(text, error);
    }

    private sealed record Header(string? Format, int Version, DateTimeOffset WrittenAt, string? Source);

    private sealed record Line(string? State, string? Key, JsonElement Body);

    private sealed record End(long Count, string? Sha256);
}
