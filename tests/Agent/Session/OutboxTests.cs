using Multipath.Agent.Session;

namespace Multipath.Agent.Tests.Session;

public sealed class OutboxTests
{
    [Fact]
    public void Beyond_the_bound_the_oldest_occurrences_go_and_are_counted()
    {
        var outbox = new Outbox();
        for (var i = 0; i < Outbox.OccurrenceLimit + 7; i++)
        {
            outbox.Add(new HostOccurrence(DateTimeOffset.UnixEpoch, OccurrenceKind.Action, 0, null, $"{i}"));
        }

        var taken = outbox.Take(DateTimeOffset.UnixEpoch);
        Assert.Equal(Outbox.OccurrenceLimit + 1, taken.Count);
        Assert.Equal("7 older occurrences were dropped while the silo was away", taken[0].Text);
        Assert.Equal(("7", "262"), (taken[1].Text, taken[^1].Text));
        Assert.False(outbox.HasOccurrences);
    }
}
