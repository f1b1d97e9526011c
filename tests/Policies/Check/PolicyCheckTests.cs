using Multipath.Policies.Check;
using Multipath.Policies.Tests.Fixtures;

namespace Multipath.Policies.Tests.Check;

public sealed class PolicyCheckTests
{
    [Fact]
    public void A_failure_tells_the_expectation_the_outcome_and_the_line()
    {
        var policy = Given.Policy(more: """
              tests:
              - name: holds
                given: {paths: [{name: wifi}, {name: lte}, {name: other}]}
                expect: {class: default, active: [wifi], backup: [lte], avoid: [other]}
              - name: does not hold
                given: {paths: [{name: wifi, state: linkDown}, {name: lte}]}
                expect: {class: default, active: [wifi], avoid: []}
            """);
        var failure = Assert.Single(PolicyCheck.Run(policy));
        Assert.Equal(
            "line 15: test 'does not hold': expected active [wifi], got active [lte] "
            + "(lte: preference 2; wifi link down since 00:00:00.0 | wifi: preference 1; link down since 00:00:00.0)",
            failure.ToString());
    }
}
