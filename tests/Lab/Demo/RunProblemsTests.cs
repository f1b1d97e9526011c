using Multipath.Lab.Demo;

namespace Multipath.Lab.Tests.Demo;

public sealed class RunProblemsTests
{
    [Fact]
    public void A_run_in_which_something_happened_has_to_show_reports_plans_and_actions()
    {
        Assert.Empty(RunProblems.Of(eventful: true, reports: 1, plans: 1, actions: 1));
        Assert.Equal(["no agent did anything"], RunProblems.Of(eventful: true, reports: 1, plans: 1, actions: 0));
        Assert.Equal(["no agent reported anything"], RunProblems.Of(eventful: true, reports: 0, plans: 1, actions: 1));
        Assert.Equal(["the silo pushed no plan"], RunProblems.Of(eventful: true, reports: 1, plans: 0, actions: 1));
        Assert.Empty(RunProblems.Of(eventful: false, reports: 0, plans: 1, actions: 0));
    }
}
