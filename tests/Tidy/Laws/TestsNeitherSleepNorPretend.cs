using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class TestsNeitherSleepNorPretend : Law
{
    /// <summary>The one home of bounded waits on the real machine, and what measures it.</summary>
    private static readonly string[] RealTime = ["tests/TestKit", "tests/Bench"];

    public override string Rule =>
        "A test neither sleeps nor delays without a fake clock (bounded waits on a real machine live in TestKit), asserts something, "
        + "and is skipped only at run time by what the machine lacks.";

    public override string Reason =>
        "A sleep is slow when it is enough and flaky when it is not; an assertion of constants and a test switched off count as green "
        + "while they test nothing.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        tree.CSharp.Where(file => file.IsUnder("tests")).SelectMany(file => Calls(file).Concat(Skips(file)));

    private static IEnumerable<Violation> Calls(SourceFile file) =>
        from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let name = call.Expression.ToString()
        let arguments = call.ArgumentList.Arguments
        let fault = name switch
        {
            _ when name.EndsWith("Thread.Sleep", StringComparison.Ordinal) && !file.IsUnder(RealTime) => "sleeps",
            _ when name.EndsWith("Task.Delay", StringComparison.Ordinal) && !file.IsUnder(RealTime) && !IsOnClock(arguments) =>
                "delays on the real clock",
            _ when name.StartsWith("Assert.", StringComparison.Ordinal) && name is not ("Assert.Fail" or "Assert.Skip")
                && arguments.Count > 0 && ArgumentsOfWeight(name, arguments).All(IsConstant) => "asserts constants",
            _ => null,
        }
        where fault is not null
        select file.At(call, $"{call}: {fault}");

    private static IEnumerable<Violation> Skips(SourceFile file) =>
        from attribute in file.Root.DescendantNodes().OfType<AttributeSyntax>()
        where Names.Last(attribute.Name) is "Fact" or "Theory" or "InlineData" or "MemberData" or "Property"
        from argument in attribute.ArgumentList?.Arguments ?? []
        where argument.NameEquals?.Name.Identifier.Text == "Skip"
        select file.At(argument, $"{attribute}: switched off");

    // Assert.True and False take a message after the condition.
    private static IEnumerable<ArgumentSyntax> ArgumentsOfWeight(string name, SeparatedSyntaxList<ArgumentSyntax> arguments) =>
        name is "Assert.True" or "Assert.False" ? arguments.Take(1) : arguments;

    private static bool IsConstant(ArgumentSyntax argument) => argument.Expression is LiteralExpressionSyntax;

    // Waiting for a cancellation alone is no delay; else an argument must be a clock.
    private static bool IsOnClock(SeparatedSyntaxList<ArgumentSyntax> arguments) =>
        arguments.Count > 1 && (arguments[0].ToString().Contains("Timeout.Infinite", StringComparison.Ordinal)
            || arguments.Skip(1).Any(argument => IsClock(argument.ToString())));

    private static bool IsClock(string text) =>
        text != "TimeProvider.System" && (text.Contains("clock", StringComparison.OrdinalIgnoreCase)
            || text.Contains("time", StringComparison.OrdinalIgnoreCase));
}
