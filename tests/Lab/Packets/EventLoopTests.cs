using Multipath.Lab.Packets;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets;

public sealed class EventLoopTests
{
    [Fact]
    public void Sources_act_in_order_of_time_and_at_one_moment_in_the_order_in_which_they_were_added()
    {
        var loop = new EventLoop();
        List<string> acted = [];
        Recorder[] sources = [.. Enumerable.Range(0, 40).Select(number => new Recorder(loop, $"{number}", acted))];
        for (var number = sources.Length - 1; number >= 0; number--)
        {
            loop.Schedule(sources[number], new Instant(100 - (number / 10)));
        }

        while (loop.Step(new Instant(1000)))
        {
        }

        Assert.Equal([.. Range(30, 40), .. Range(20, 30), .. Range(10, 20), .. Range(0, 10)], acted);
        Assert.Equal(new Instant(1000), loop.Now);

        static IEnumerable<string> Range(int from, int to) => Enumerable.Range(from, to - from).Select(number => $"{number}");
    }

    [Fact]
    public void What_is_set_anew_replaces_what_was_set()
    {
        var loop = new EventLoop();
        List<string> acted = [];
        var one = new Recorder(loop, "one", acted);
        var two = new Recorder(loop, "two", acted);
        loop.Schedule(one, new Instant(10));
        loop.Schedule(two, new Instant(20));
        loop.Schedule(one, new Instant(30));

        Assert.True(loop.Step(new Instant(25)));
        Assert.Equal(new Instant(20), loop.Now);
        Assert.False(loop.Step(new Instant(25)));
        Assert.True(loop.Step(new Instant(35)));
        Assert.Equal(["two", "one"], acted);
    }

    [Fact]
    public void A_source_that_is_late_acts_now_and_not_in_the_past()
    {
        var loop = new EventLoop();
        var late = new Recorder(loop, "late", []);
        loop.Step(new Instant(50));
        loop.Schedule(late, new Instant(10));

        Assert.True(loop.Step(new Instant(60)));
        Assert.Equal(new Instant(50), loop.Now);
    }

    [Fact]
    public void A_source_that_never_lets_time_pass_is_a_fault()
    {
        var loop = new EventLoop();
        var stuck = new Stuck(loop);
        loop.Schedule(stuck, new Instant(5));

        var fault = Assert.Throws<SimulationFaultException>(() =>
        {
            while (loop.Step(new Instant(10)))
            {
            }
        });
        Assert.Equal("time stands still at 5 us: the stuck one acts again and again", fault.Message);
    }

    private sealed class Recorder : EventSource
    {
        private readonly EventLoop _loop;
        private readonly string _name;
        private readonly List<string> _acted;

        internal Recorder(EventLoop loop, string name, List<string> acted)
        {
            (_loop, _name, _acted) = (loop, name, acted);
            loop.Add(this);
        }

        internal override void HandleDue(Instant now)
        {
            _acted.Add(_name);
            _loop.Schedule(this, Instant.Never);
        }
    }

    private sealed class Stuck : EventSource
    {
        internal Stuck(EventLoop loop) => loop.Add(this);

        public override string ToString() => "the stuck one";

        internal override void HandleDue(Instant now)
        {
        }
    }
}
