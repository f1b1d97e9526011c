using Multipath.Lab.Net;

namespace Multipath.Lab.Tests.Net;

public sealed class LabNameTests
{
    [Theory]
    [InlineData("mplab4711-van", 4711, "van")]
    [InlineData("mplab1-van-2", 1, "van-2")]
    public void A_name_is_read_back(string text, int pid, string host)
    {
        Assert.True(LabName.TryParse(text, out var name));
        Assert.Equal(new LabName(pid, host), name);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("van")]
    [InlineData("mplab-van")]
    [InlineData("mplab0-van")]
    [InlineData("mplab12")]
    [InlineData("mplab12-")]
    [InlineData("mplab12-Van")]
    [InlineData("mplab+1-van")]
    [InlineData("mplab99999999999-van")]
    [InlineData("xmplab1-van")]
    public void Foreign_names_are_left_alone(string text) => Assert.False(LabName.TryParse(text, out _));

    [Fact]
    public void Only_namespaces_of_processes_that_are_no_labs_are_left_over()
    {
        string[] names = ["mplab7-van", "mplab8-van", "other", "mplab7-hub"];
        Assert.Equal(["mplab7-hub", "mplab7-van"], LeftoverSweep.Leftovers(names, pid => pid == 8));
    }
}
