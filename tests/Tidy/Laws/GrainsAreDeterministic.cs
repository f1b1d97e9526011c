using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class GrainsAreDeterministic : Law
{
    /// <summary>Names that leave the activation's turn or its clock, by the end of what is written.</summary>
    private static readonly (string Name, string Fault)[] Banned =
    [
        ("Task.Run", "leaves the activation"), ("Task.Factory", "leaves the activation"), ("ThreadPool", "leaves the activation"),
        ("Parallel", "leaves the activation"), ("Thread.Sleep", "blocks the turn"), ("Random.Shared", "is not seeded"),
        ("TaskCreationOptions.RunContinuationsAsynchronously", "resumes on a foreign thread"), ("TimeProvider.System", "is the real clock"),
        ("DateTime.Now", "is the real clock"), ("DateTime.UtcNow", "is the real clock"), ("DateTimeOffset.Now", "is the real clock"),
        ("DateTimeOffset.UtcNow", "is the real clock"), ("Environment.TickCount", "is the real clock"),
        ("Environment.TickCount64", "is the real clock"), ("Stopwatch.StartNew", "is the real clock"),
        ("Stopwatch.GetTimestamp", "is the real clock"), ("Guid.NewGuid", "is not seeded"), ("Guid.CreateVersion7", "is not seeded"),
    ];

    private static readonly string[] HashOrdered =
        ["Dictionary", "HashSet", "ConcurrentDictionary", "ImmutableDictionary", "ImmutableHashSet", "FrozenDictionary", "FrozenSet"];

    private static readonly string[] Ordering = ["Order", "OrderBy", "OrderDescending", "OrderByDescending", "ToImmutableSortedDictionary"];

    public override string Rule =>
        "A grain awaits in its own turn, by the injected TimeProvider and seeded randomness, and iterates nothing in hash order.";

    public override string Reason =>
        "The fleet simulator replays a seed on virtual time: work on a foreign thread, the real clock, unseeded randomness and hash order "
        + "make two runs of one seed differ; on a cluster they break the promise of one turn at a time.";

    public override IEnumerable<Violation> Check(Tree tree) => tree.CSharp.Where(file => file.IsUnder("Silo/Grains"))
        .SelectMany(file => Uses(file).Concat(Calls(file)).Concat(Creations(file)).Concat(Iterations(file)));

    private static IEnumerable<Violation> Uses(SourceFile file) =>
        from access in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        from banned in Banned
        let text = access.ToString()
        let written = banned.Name.Contains('.', StringComparison.Ordinal) ? text : access.Expression.ToString()
        where written == banned.Name || written.EndsWith("." + banned.Name, StringComparison.Ordinal)
        select file.At(access, $"{text} {banned.Fault}");

    private static IEnumerable<Violation> Calls(SourceFile file) =>
        from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let name = call.Expression.ToString()
        let arguments = call.ArgumentList.Arguments
        let fault = name switch
        {
            _ when name.EndsWith("Task.Delay", StringComparison.Ordinal) && !HasClock(arguments) => "delays on the real clock",
            _ when name.EndsWith(".WaitAsync", StringComparison.Ordinal) && arguments.Any(IsTime) && !HasClock(arguments) =>
                "times out on the real clock",
            _ when name.EndsWith(".CancelAfter", StringComparison.Ordinal) => "cannot be told which clock; the constructor can",
            _ when name.EndsWith(".ConfigureAwait", StringComparison.Ordinal) && arguments.ToString() == "false" =>
                "resumes outside the activation",
            _ => null,
        }
        where fault is not null
        select file.At(call, $"{call}: {fault}");

    private static IEnumerable<Violation> Creations(SourceFile file) =>
        from creation in file.Root.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
        let type = TypeOf(creation)
        let arguments = creation.ArgumentList?.Arguments ?? default
        where type is "CancellationTokenSource" && arguments.Count > 0 && !HasClock(arguments)
            || type is "Random" && arguments.Count == 0 || type is "Timer" or "PeriodicTimer" && !HasClock(arguments) || type is "Thread"
        select file.At(creation, $"new {type} is outside the activation's clock and turn");

    private static IEnumerable<Violation> Iterations(SourceFile file)
    {
        var unordered = Declared(file).ToHashSet(StringComparer.Ordinal);
        return from loop in file.Root.DescendantNodes().OfType<CommonForEachStatementSyntax>()
               let text = loop.Expression.ToString()
               let calls = loop.Expression.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>()
               where unordered.Contains(text.Replace("this.", "", StringComparison.Ordinal).Split('.', '?')[0])
                   && !calls.Any(call => call.Expression is MemberAccessExpressionSyntax access
                       && Ordering.Contains(access.Name.Identifier.Text))
               select file.At(loop, $"{text} is iterated in hash order; order it or keep it sorted");
    }

    private static IEnumerable<string> Declared(SourceFile file) =>
        file.Root.DescendantNodes().SelectMany(node => node switch
        {
            VariableDeclarationSyntax variables => variables.Variables
                .Where(variable => IsHashOrdered((variable.Initializer?.Value as ObjectCreationExpressionSyntax)?.Type ?? variables.Type))
                .Select(variable => variable.Identifier.Text),
            PropertyDeclarationSyntax property when IsHashOrdered(property.Type) => [property.Identifier.Text],
            ParameterSyntax { Type: { } type } parameter when IsHashOrdered(type) => [parameter.Identifier.Text],
            _ => Enumerable.Empty<string>(),
        });

    private static bool IsHashOrdered(TypeSyntax type) => HashOrdered.Contains(Names.Last(type));

    private static string? TypeOf(BaseObjectCreationExpressionSyntax creation) => creation switch
    {
        ObjectCreationExpressionSyntax named => Names.Last(named.Type),
        _ when creation.Parent is EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax variables } =>
            Names.Last(variables.Type),
        _ => null,
    };

    private static bool HasClock(SeparatedSyntaxList<ArgumentSyntax> arguments) => arguments.Skip(1).Any(argument =>
        argument.ToString() is var text && text != "TimeProvider.System"
        && (text.Contains("time", StringComparison.OrdinalIgnoreCase) || text.Contains("clock", StringComparison.OrdinalIgnoreCase)));

    private static bool IsTime(ArgumentSyntax argument) => argument.ToString() is var text
        && (text.Contains("TimeSpan", StringComparison.Ordinal) || text.Contains("timeout", StringComparison.OrdinalIgnoreCase));
}
