namespace Multipath.Standalone.Orleans.Tests;

public sealed class VirtualTimeTests
{
    [Fact]
    public void Timers_fire_in_order_of_time_then_of_setting()
    {
        var time = new VirtualTime();
        var fired = new List<string>();
        Start(time, fired, "late", 2, 0);
        Start(time, fired, "first", 1, 0);
        Start(time, fired, "second", 1, 0);
        while (time.FireNext())
        {
        }

        Assert.Equal(["first@1", "second@1", "late@2"], fired);
        Assert.Null(time.NextDue);
    }

    [Fact]
    public void A_periodic_timer_goes_on_until_it_is_disposed()
    {
        var time = new VirtualTime();
        var fired = new List<string>();
        using ITimer timer = Start(time, fired, "tick", 1, 2);
        time.FireNext();
        time.FireNext();
        timer.Dispose();
        Assert.False(time.FireNext());
        Assert.Equal(["tick@1", "tick@3"], fired);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void A_changed_timer_fires_only_at_its_new_time()
    {
        var time = new VirtualTime();
        var fired = new List<string>();
        ITimer timer = Start(time, fired, "tick", 1, 0);
        timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        Assert.Equal(TimeSpan.FromSeconds(5), time.NextDue);
        Assert.True(time.FireNext());
        Assert.False(time.FireNext());
        Assert.Equal(["tick@5"], fired);
        Assert.Equal(time.GetUtcNow(), new DateTimeOffset(2030, 1, 1, 0, 0, 5, TimeSpan.Zero));
    }

    private static ITimer Start(VirtualTime time, List<string> fired, string name, int dueSeconds, int periodSeconds)
        => time.CreateTimer(_ => fired.Add($"{name}@{time.Elapsed.TotalSeconds}"), null, TimeSpan.FromSeconds(dueSeconds),
            TimeSpan.FromSeconds(periodSeconds));
}
