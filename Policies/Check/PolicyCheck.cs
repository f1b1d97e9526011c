using System.Globalization;
using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Rank;

namespace Multipath.Policies.Check;

/// <summary>An expectation of a policy's own test that does not hold.</summary>
/// <param name="Test">The test's name.</param>
/// <param name="Expectation">What it expects.</param>
/// <param name="Outcome">What came out.</param>
/// <param name="Line">Where the test stands in the policy's text, from 1; 0 when unknown.</param>
public sealed record TestFailure(string Test, string Expectation, string Outcome, int Line)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"line {Line}: test '{Test}': expected {Expectation}, got {Outcome}");
}

/// <summary>Runs a policy's own tests through the ranking that hosts get.</summary>
public static class PolicyCheck
{
    /// <summary>All expectations that do not hold; empty when the policy does what its author wrote.</summary>
    public static EquatableArray<TestFailure> Run(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.Tests.SelectMany(test => Run(policy, test)).ToEquatableArray();
    }

    private static IEnumerable<TestFailure> Run(Policy policy, PolicyTest test)
    {
        var paths = test.Given
            .Select((given, index) => (Path(given, index), PathClassifier.ClassNamed(policy, given.PathClass)))
            .ToArray();
        var observation = new HostObservation("test", 1, paths.Select(p => p.Item1).ToEquatableArray());
        var input = new RankInput(policy, observation, null, RankMemory.Empty, DateTimeOffset.UnixEpoch);
        var plan = Ranker.Rank(input, PathClassifier.Label(paths)).Content.Classes.FirstOrDefault(c => c.Name == test.TrafficClass);
        if (plan is null)
        {
            return [new TestFailure(test.Name, $"a traffic class '{test.TrafficClass}'", "none", test.Line)];
        }

        return new[]
        {
            Compare(test, plan, PathRole.Active, test.Active),
            Compare(test, plan, PathRole.Backup, test.Backup),
            Compare(test, plan, PathRole.Avoid, test.Avoid),
        }.OfType<TestFailure>();
    }

    private static TestFailure? Compare(PolicyTest test, ClassPlan plan, PathRole role, EquatableArray<string>? expected)
    {
        var found = plan.Paths.Where(p => p.Role == role).ToArray();
        if (expected is not { } names || names.SequenceEqual(found.Select(p => p.PathClass)))
        {
            return null;
        }

        var word = role.ToString().ToLowerInvariant();
        var reasons = plan.Paths.Count > 0 ? $" ({string.Join(" | ", plan.Paths.Select(p => p.Reason))})" : "";
        return new TestFailure(
            test.Name,
            $"{word} [{string.Join(", ", names)}]",
            $"{word} [{string.Join(", ", found.Select(p => p.PathClass))}]{reasons}",
            test.Line);
    }

    /// <summary>Each path of a test gets an interface of its own and an address of the documentation range (RFC 5737).</summary>
    private static PathObservation Path(GivenPath given, int index) => new(
        new PathKey(
            string.Create(CultureInfo.InvariantCulture, $"{given.PathClass}{index}"),
            new IPAddress([192, 0, 2, (byte)(index + 1)])),
        given.State,
        RttMs: given.RttMs,
        LossPct: given.LossPct);
}
