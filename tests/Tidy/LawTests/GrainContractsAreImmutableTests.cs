using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class GrainContractsAreImmutableTests
{
    private const string Good = "[GenerateSerializer, Immutable, Alias(\"a\")] ";

    [Theory]
    [InlineData("public sealed record A([property: Id(0)] int X, [property: Id(1)] ImmutableArray<string> Y) { public int Z => X; }")]
    [InlineData("public sealed class A { [Id(0)] public string X { get; init; } = \"\"; public static A None { get; } = new(); }")]
    public void A_good_record_passes(string type) => Broken.Times<GrainContractsAreImmutable>(0, "Contracts/Grains/A.cs", Good + type);

    [Theory]
    [InlineData("public sealed record A(int X);")]
    [InlineData("public sealed record A([property: Id(0)] int X, [property: Id(0)] int Y);")]
    [InlineData("public sealed record A([property: Id(0)] IReadOnlyList<int> X);")]
    [InlineData("public sealed record A([property: Id(0)] byte[] X);")]
    [InlineData("public sealed record A([property: Id(0)] Multipath.Contracts.Wire.Plan X);")]
    [InlineData("public sealed record A { [Id(0)] public int X { get; set; } }")]
    [InlineData("public sealed class A { [Id(0)] public int X; }")]
    [InlineData("public sealed record A([property: Id(0)] int X) { [Id(0)] public int Y { get; init; } }")]
    public void A_member_that_could_change_or_has_no_id_is_found(string type) =>
        Broken.Times<GrainContractsAreImmutable>(1, "Contracts/Grains/A.cs", Good + type);

    [Theory]
    [InlineData("public sealed record A;", 3)]
    [InlineData("[GenerateSerializer, Alias(\"a\")] public sealed record A;", 1)]
    [InlineData("[GenerateSerializer, Alias(\"a\")] public sealed class AException : Exception;", 0)]
    [InlineData(Good + "public record A; " + Good + "public record B;", 1)]
    [InlineData(Good + "public record A { [GenerateSerializer, Immutable, Alias(\"b\")] private sealed record B; }", 1)]
    [InlineData("public static class A { } public enum B { C }", 0)]
    public void A_type_without_its_attributes_is_found(string text, int violations) =>
        Broken.Times<GrainContractsAreImmutable>(violations, "Contracts/Grains/A.cs", text);

    [Theory]
    [InlineData("Task<int> B();", 0)]
    [InlineData("ValueTask B(ImmutableArray<int> c);", 0)]
    [InlineData("void B();", 1)]
    [InlineData("int B();", 1)]
    [InlineData("Task B(List<int> c);", 1)]
    [InlineData("Task<IReadOnlyList<int>> B();", 1)]
    [InlineData("IAsyncEnumerable<int> B();", 2)]
    [InlineData("int C { get; }", 1)]
    public void A_method_that_does_not_cross_is_found(string method, int violations) => Broken.Times<GrainContractsAreImmutable>(
        violations, "Contracts/Grains/A.cs", $"[Alias(\"i\")] public interface IA : IGrainWithStringKey {{ {method} }}");

    [Fact]
    public void An_observer_is_told() => Broken.Times<GrainContractsAreImmutable>(
        0, "Contracts/Grains/A.cs", "[Alias(\"i\")] public interface IA : IGrainObserver { void B(); }");

    [Fact]
    public void An_interface_has_an_alias() =>
        Broken.Times<GrainContractsAreImmutable>(1, "Contracts/Grains/A.cs", "public interface IA : IGrainWithStringKey { }");
}
