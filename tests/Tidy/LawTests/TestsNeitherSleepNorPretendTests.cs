using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class TestsNeitherSleepNorPretendTests
{
    [Theory]
    [InlineData("Thread.Sleep(10);")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("await System.Threading.Tasks.Task.Delay(span, cancellation);")]
    [InlineData("await Task.Delay(span, TimeProvider.System);")]
    [InlineData("Assert.True(true);")]
    [InlineData("Assert.False(false, \"never\");")]
    [InlineData("Assert.Equal(1, 1);")]
    public void A_sleep_and_a_pretence_are_found(string statement) =>
        Broken.Times<TestsNeitherSleepNorPretend>(1, "tests/Silo/A.cs", In(statement));

    [Theory]
    [InlineData("await Task.Delay(span, clock);")]
    [InlineData("await Task.Delay(Timeout.Infinite, cancellation);")]
    [InlineData("Assert.Equal(1, count);")]
    [InlineData("Assert.True(ok, \"why\");")]
    [InlineData("Assert.Fail(\"unreachable\");")]
    [InlineData("Assert.Skip(\"needs root\");")]
    public void A_fake_clock_and_an_assertion_are_not(string statement) =>
        Broken.Times<TestsNeitherSleepNorPretend>(0, "tests/Silo/A.cs", In(statement));

    [Theory]
    [InlineData("[Fact(Skip = \"later\")]", 1)]
    [InlineData("[Theory(Skip = Later)]", 1)]
    [InlineData("[Fact]", 0)]
    public void A_test_that_is_switched_off_is_found(string attribute, int violations) =>
        Broken.Times<TestsNeitherSleepNorPretend>(violations, "tests/Silo/A.cs", $"class A {{ {attribute} void B() {{ }} }}");

    [Theory]
    [InlineData("tests/TestKit/Eventually.cs")]
    [InlineData("tests/Bench/A.cs")]
    [InlineData("Agent/A.cs")]
    public void Only_tests_are_meant_and_not_the_home_of_bounded_waits(string path) =>
        Broken.Times<TestsNeitherSleepNorPretend>(0, path, In("await Task.Delay(10);"));

    private static string In(string statement) => $"class A {{ async Task B() {{ {statement} }} }}";
}
