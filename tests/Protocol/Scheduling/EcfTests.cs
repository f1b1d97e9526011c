using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

/// <summary>The two inequalities of ECF, computed by hand. The fast window is full in all of them.</summary>
public sealed class EcfTests
{
    /// <remarks>
    /// In segments: W_f = W_s = 10. First inequality: rtt_f (max(k, 10) + 10) against 10 (rtt_s + δ). Second: rtt_s max(k, 10) against
    /// 10 (2 rtt_f + δ).
    /// </remarks>
    [Theory]
    [InlineData(20, 100, 0, 10, "wait")] // 400 < 1000, and 1000 >= 400
    [InlineData(20, 100, 0, 39, "wait")] // 980 < 1000, and 3900 >= 400
    [InlineData(20, 100, 0, 40, "1:8000")] // 1000 = 1000: the slow one is no worse
    [InlineData(20, 100, 0, 500, "1:8000")] // 10200 > 1000
    [InlineData(20, 30, 0, 10, "1:8000")] // 400 > 300
    [InlineData(20, 30, 15, 10, "1:8000")] // 400 < 450, but 300 < 550
    [InlineData(20, 50, 0, 10, "wait")] // 400 < 500, and 500 >= 400
    [InlineData(20, 50, 11, 10, "1:8000")] // 400 < 610, but 500 < 510
    [InlineData(20, 50, 10, 10, "wait")] // 400 < 600, and 500 = 500
    public void Waits_for_the_fast_one_if_that_ends_earlier(int fastMs, int slowMs, int varMs, int unsent, string expected)
    {
        SubflowView fast = Subflow(0, fastMs, 10, 10, varMs);
        Assert.Equal(expected, Create("ecf").PickOf(Send(unsent), fast, Subflow(1, slowMs, 10, 0, 0)));
        Assert.Equal(expected, Create("ecf").PickOf(Send(unsent), fast with { RttVar = default }, Subflow(1, slowMs, 10, 0, varMs)));
    }

    [Fact]
    public void Who_waits_goes_on_waiting_for_a_quarter_longer()
    {
        IScheduler ecf = Create("ecf");
        SubflowView fast = Subflow(0, 20, 10, 10, 0);
        SubflowView slow = Subflow(1, 100, 10, 0, 0);
        Assert.Equal("1:8000", ecf.PickOf(Send(40), fast, slow));
        Assert.Equal("wait", ecf.PickOf(Send(39), fast, slow));

        // 20 (k + 10) < 10 * 100 * 1.25 as long as k < 52.5.
        Assert.Equal("wait", ecf.PickOf(Send(52), fast, slow));
        Assert.Equal("1:8000", ecf.PickOf(Send(53), fast, slow));
        Assert.Equal("1:8000", ecf.PickOf(Send(52), fast, slow));
    }

    [Fact]
    public void Uses_the_fast_one_whenever_it_has_space()
    {
        Assert.Equal("0:1000", Create("ecf").PickOf(Send(), Subflow(0, 20, 10, 9), Subflow(1, 100)));
        Assert.Equal("wait", Create("ecf").PickOf(Send(), Subflow(0, 20, 10, 10), Subflow(1, 100, 10, 10)));
    }

    [Fact]
    public void Does_not_wait_for_a_subflow_of_worse_standing() =>
        Assert.Equal("1:10000", Create("ecf").PickOf(Send(10), Subflow(0, 20, 10, 10) with { Backup = true }, Subflow(1, 100)));

    [Fact]
    public void Numbers_of_any_size_do_not_overflow()
    {
        SubflowView huge = Subflow(0, int.MaxValue) with { Cwnd = int.MaxValue, Space = 0 };
        SendView all = new() { UnsentBytes = long.MaxValue / 2, SendWindow = long.MaxValue / 2 };
        SubflowView slower = huge with { Id = 1, Srtt = huge.Srtt + huge.Srtt, Space = 1 };
        Assert.Equal("1:1", Create("ecf").PickOf(all, huge, slower));
    }
}
