using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class ReinjectionsTests
{
    [Theory]
    [InlineData(20, 0, 25)] // slack
    [InlineData(20, 1, 25)]
    [InlineData(20, 2, 28)] // four variations
    [InlineData(20, 90, 220)] // not after the RTO
    public void An_ACK_is_late_after_the_round_trip_and_four_variations(int srttMs, int varMs, int expectedMs) =>
        Assert.Equal(Duration.FromMillis(expectedMs), Reinjections.WhenOverdue(Subflow(0, srttMs, varMs: varMs)));

    [Theory]
    [InlineData(8, 0, 18)] // slack
    [InlineData(20, 0, 30)]
    [InlineData(50, 0, 75)] // half a round trip
    [InlineData(50, 8, 82)] // four variations
    public void An_ACK_that_is_owed_is_missing_after_the_round_trip_and_half_of_one(int srttMs, int varMs, int expectedMs) =>
        Assert.Equal(Duration.FromMillis(expectedMs), Reinjections.WhenSuspect(Subflow(0, srttMs, varMs: varMs)));

    [Fact]
    public void Nothing_is_late_before_a_round_trip_was_measured() =>
        Assert.Equal((Duration.Max, Duration.Max), (Reinjections.WhenOverdue(Subflow(0, 0)), Reinjections.WhenSuspect(Subflow(0, 0))));

    [Fact]
    public void Goes_to_the_fastest_with_space_that_does_not_carry_the_bytes_and_to_a_backup_before_none()
    {
        SubflowView carrier = Subflow(0, 20) with { Carries = true };
        SubflowView backup = Subflow(3, 5) with { Backup = true };
        Assert.Equal(2, Reinjections.Fastest([carrier, Subflow(1, 80), Subflow(2, 50), backup]));
        Assert.Equal(1, Reinjections.Fastest([carrier, Subflow(1, 80), Subflow(2, 50, 10, 10), backup]));
        Assert.Equal(2, Reinjections.Fastest([carrier, Subflow(1, 80, 10, 10), backup]));
        Assert.Equal(-1, Reinjections.Fastest([carrier, Subflow(1, 80) with { Stale = true }, backup with { Usable = false }]));
        Assert.Equal(-1, Reinjections.Fastest([]));
    }
}
