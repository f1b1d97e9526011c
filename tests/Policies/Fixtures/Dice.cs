using FsCheck;
using FsCheck.Fluent;

namespace Multipath.Policies.Tests.Fixtures;

/// <summary>Numbers that a property draws its case from; FsCheck prints and shrinks them, and the same numbers replay the case.</summary>
internal sealed class Dice(int[] numbers)
{
    private int _at;

    /// <summary>0 to <paramref name="sides"/> - 1; zero when the numbers are used up.</summary>
    internal int Roll(int sides) => _at < numbers.Length ? numbers[_at++] % sides : 0;

    internal bool Chance(int percent) => Roll(100) < percent;

    internal T Pick<T>(IReadOnlyList<T> items) => items[Roll(items.Count)];

    /// <summary>Checks <paramref name="property"/>, which asserts.</summary>
    internal static void Check(int length, int tests, Action<Dice> property) => Prop
        .ForAll(Gen.Choose(0, 1_000_000).ArrayOf(length).ToArbitrary(), numbers => property(new Dice(numbers)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
