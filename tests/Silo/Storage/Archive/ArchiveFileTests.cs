using System.Text;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Archive;

namespace Multipath.Silo.Tests.Storage.Archive;

public sealed class ArchiveFileTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly StoredState[] States =
    [
        new("host", "van-1", """{"ledger":{"epoch":18446744073709551615},"text":"a\"b\u0000\n"}"""),
        new("policy", "vans", "{}"),
    ];

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        var text = await Written(States);
        Assert.StartsWith(
            """{"format":"mpsilo-state","version":1,"writtenAt":"2030-01-01T00:00:00+00:00","source":"here"}""" + "\n"
            + """{"state":"host","key":"van-1","body":{"ledger":{"epoch":18446744073709551615},""",
            text, StringComparison.Ordinal);
        Assert.Equal(4, text.Count(c => c == '\n'));
        var read = await Read(text);
        Assert.Equal(States.Select(state => (state.Name, state.Key)), read.Select(state => (state.Name, state.Key)));
        Assert.Equal("{}", read[1].Body);
        Assert.Contains("18446744073709551615", read[0].Body, StringComparison.Ordinal);
        Assert.Empty(await Read(await Written([])));
    }

    [Fact]
    public async Task A_file_that_is_not_as_it_was_written_is_refused_with_the_reason()
    {
        var whole = await Written(States);
        var lines = whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (text, reason) in new[]
        {
            ("", "it was not written by mpsilo export"),
            ("{}\n", "it was not written by mpsilo export"),
            ("apiVersion: multipath/v1\n", "it has a line that is not JSON"),
            (whole.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal), "its form is 2, this program reads up to 1"),
            (Lines(lines[0], lines[1]), "it ends after 1 states without its last line"),
            (Lines(lines[0], lines[1], lines[3]), "its checksum does not fit what is in it: 1 states, 2 were written"),
            (Lines(lines[0], lines[2], lines[1], lines[3]), "its checksum does not fit"),
            (whole.Replace("van-1", "van-2", StringComparison.Ordinal), "its checksum does not fit"),
            (whole + lines[1] + "\n", "something follows its last line"),
            (Lines(lines[0], """{"state":"host","key":"a","body":7}"""), "line 2 is not a state"),
            (Lines(lines[0], """{"state":"host"}"""), "line 2 is not a state"),
            (Lines(lines[0], "null"), "it has a line without a value"),
        })
        {
            var error = await Assert.ThrowsAsync<StoreException>(() => Read(text));
            Assert.StartsWith($"The file cannot be imported: {reason}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var file = new MemoryStream([0x7b, 0xff, 0xfe, 0x0a]);
        var error = await Assert.ThrowsAsync<StoreException>(async () => await ArchiveFile.Read(file, default).ToArrayAsync());
        Assert.Contains("it is not UTF-8 text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_is_not_JSON_cannot_be_exported()
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => Written([new StoredState("host", "a", "\u0001binary")]));
        Assert.StartsWith("The state host of a is not JSON", error.Message, StringComparison.Ordinal);
    }

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + "\n"));

    private static async Task<string> Written(IEnumerable<StoredState> states)
    {
        using var file = new MemoryStream();
        await ArchiveFile.Write(file, "here", Now, states.ToAsyncEnumerable(), default);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    private static async Task<StoredState[]> Read(string text)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await ArchiveFile.Read(file, default).ToArrayAsync();
    }
}
