using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Congestion;

/// <summary>
/// The goals of RFC 6356 section 2 on a fluid bottleneck: every round trip each flow sends its window, and when the sum exceeds what the
/// link and its buffer hold, the flow loses whose turn it is, in proportion to the windows.
/// </summary>
public sealed class CoupledFairnessTests
{
    private const int Mss = 1000;
    private const int Rounds = 20_000;
    private static readonly Duration Rtt = Duration.FromMillis(50);

    [Theory]
    [InlineData("reno", 1.9, 2.1)] // not coupled: two flows take twice the share of one
    [InlineData("lia", 0.85, 1.25)]
    [InlineData("olia", 0.85, 1.25)]
    public void Two_subflows_on_one_bottleneck_take_as_much_as_one_Reno(string name, double atLeast, double atMost)
    {
        var group = new CoupledGroup();
        ICongestionControl[] flows = [Create(name, group), Create(name, group), new NewReno()];
        double[] carried = Run([(200, [0, 1, 2])], flows);
        Assert.InRange((carried[0] + carried[1]) / carried[2], atLeast, atMost);
    }

    /// <remarks>
    /// Path A is shared with four Renos, path B is its own. A coupled flow has all of B, so it leaves most of A to them (goals 2 and
    /// 3).
    /// </remarks>
    [Theory]
    [InlineData("reno", 0.9, 1.1)]
    [InlineData("lia", 0.0, 0.75)]
    [InlineData("olia", 0.0, 0.25)]
    public void Leaves_a_crowded_path_for_an_empty_one(string name, double atLeast, double atMost)
    {
        var group = new CoupledGroup();
        ICongestionControl[] flows =
            [Create(name, group), Create(name, group), new NewReno(), new NewReno(), new NewReno(), new NewReno()];
        double[] carried = Run([(200, [0, 2, 3, 4, 5]), (200, [1])], flows);
        double reno = (carried[2] + carried[3] + carried[4] + carried[5]) / 4;
        Assert.InRange(carried[0] / reno, atLeast, atMost);
        Assert.True(carried[1] > 120.0 * Rounds * Mss);
    }

    private static ICongestionControl Create(string name, CoupledGroup group) =>
        CongestionControls.TryCreate(name, group, out ICongestionControl? control) ? control : throw new ArgumentException(name);

    /// <summary>Bytes that each flow carried. A link holds so many segments a round trip.</summary>
    private static double[] Run((int Segments, int[] Flows)[] links, ICongestionControl[] flows)
    {
        var entropy = new SeededEntropy(6356);
        double[] carried = new double[flows.Length];
        foreach (ICongestionControl flow in flows)
        {
            flow.HandleSegmentSize(Mss, default);
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach ((int segments, int[] sharing) in links)
            {
                long sum = sharing.Sum(f => (long)flows[f].Window);
                int loser = sum > segments * Mss ? Drawn(sharing, flows, (long)(entropy.NextDouble() * sum)) : -1;
                foreach (int f in sharing)
                {
                    Step(flows[f], f == loser, carried, f);
                }
            }
        }

        return carried;
    }

    private static int Drawn(int[] sharing, ICongestionControl[] flows, long at)
    {
        foreach (int f in sharing)
        {
            at -= flows[f].Window;
            if (at < 0)
            {
                return f;
            }
        }

        return sharing[^1];
    }

    private static void Step(ICongestionControl flow, bool loses, double[] carried, int index)
    {
        int window = flow.Window;
        carried[index] += window;
        if (loses)
        {
            flow.HandleLoss(new LossSample { Now = default, InFlight = window, Mss = Mss, SmoothedRtt = Rtt, IsFirstTimeout = false });
            flow.HandleRecovered(default);
            return;
        }

        for (int sent = 0; sent < window; sent += 2 * Mss)
        {
            flow.HandleAck(new AckSample
            {
                Now = default,
                AckedBytes = Math.Min(2 * Mss, window - sent),
                InFlightBefore = window,
                Rtt = Rtt,
                SmoothedRtt = Rtt,
                MinRtt = Rtt,
                Mss = Mss,
                IsWindowLimited = true,
                IsRoundStart = sent == 0,
            });
        }
    }
}
