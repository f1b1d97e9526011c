using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class GrainsAreDeterministicTests
{
    [Theory]
    [InlineData("await Task.Run(Work);")]
    [InlineData("await Task.Factory.StartNew(Work);")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("await Task.Delay(span, cancellation);")]
    [InlineData("await Work().ConfigureAwait(false);")]
    [InlineData("await Work().WaitAsync(TimeSpan.FromSeconds(1));")]
    [InlineData("source.CancelAfter(10);")]
    [InlineData("using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1));")]
    [InlineData("CancellationTokenSource source = new(span);")]
    [InlineData("var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);")]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = System.DateTimeOffset.UtcNow;")]
    [InlineData("var now = TimeProvider.System.GetUtcNow();")]
    [InlineData("var dice = Random.Shared.Next();")]
    [InlineData("var dice = new Random();")]
    [InlineData("var id = Guid.NewGuid();")]
    [InlineData("ThreadPool.QueueUserWorkItem(Work);")]
    [InlineData("using var timer = new Timer(Work);")]
    [InlineData("foreach (var pair in _hosts) { }")]
    [InlineData("foreach (var host in _hosts.Keys) { }")]
    [InlineData("foreach (var (host, count) in _hosts) { }")]
    [InlineData("var set = new HashSet<int>(); foreach (var x in set) { }")]
    public void What_breaks_the_replay_is_found(string statement) =>
        Broken.Times<GrainsAreDeterministic>(1, "Silo/Grains/Host/A.cs", In(statement));

    [Theory]
    [InlineData("await Task.Delay(span, clock, cancellation);")]
    [InlineData("await Task.Yield();")]
    [InlineData("using var source = new CancellationTokenSource();")]
    [InlineData("using var source = new CancellationTokenSource(span, timeProvider);")]
    [InlineData("await Work().WaitAsync(cancellation);")]
    [InlineData("var now = clock.GetUtcNow();")]
    [InlineData("var dice = new Random(seed);")]
    [InlineData("foreach (var host in _hosts.Keys.Order()) { }")]
    [InlineData("foreach (var host in _sorted) { }")]
    public void What_keeps_it_is_not(string statement) => Broken.Times<GrainsAreDeterministic>(0, "Silo/Grains/Host/A.cs", In(statement));

    [Fact]
    public void Outside_the_grains_it_is_no_law() => Broken.Times<GrainsAreDeterministic>(0, "Silo/Http/A.cs", In("await Task.Run(Work);"));

    private static string In(string statement) => $$"""
        class A
        {
            private readonly Dictionary<string, int> _hosts = [];
            private readonly SortedDictionary<string, int> _sorted = [];
            async Task B() { {{statement}} }
        }
        """;
}
