using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.Netlink;

public sealed class NetlinkAnswersTests
{
    [Theory]
    [InlineData(5u, 3)]
    [InlineData(uint.MaxValue - 1, 32)]
    [InlineData(0u, 64)]
    public void Each_request_is_answered_once_and_in_any_order(uint first, int count)
    {
        var answers = new NetlinkAnswers(first, count);
        Assert.False(answers.TryTake(unchecked(first - 1), out _));
        Assert.False(answers.TryTake(unchecked(first + (uint)count), out _));
        for (var i = count - 1; i >= 0; i--)
        {
            Assert.False(answers.Complete);
            Assert.True(answers.TryTake(unchecked(first + (uint)i), out var index));
            Assert.Equal(i, index);
            Assert.False(answers.TryTake(unchecked(first + (uint)i), out _));
        }

        Assert.True(answers.Complete);
    }
}
