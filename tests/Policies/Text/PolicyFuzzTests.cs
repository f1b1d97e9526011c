using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Multipath.Policies.Check;
using Multipath.Policies.Tests.Fixtures;
using Multipath.Policies.Text;

namespace Multipath.Policies.Tests.Text;

/// <summary>Whatever comes in, a result goes out: a policy, or errors with a place within the text.</summary>
public sealed class PolicyFuzzTests
{
    private static readonly string[] Seeds = [.. Repository.ExamplePolicies.Select(File.ReadAllText)];

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ": ", "- ", "\n", "\n  ", "\t", "&a ", "*a", "!x ", "|", ">", "'", "\"", "#", "%", "---", "...",
        "? ", "<<: ", "\0", "\uFEFF", "\u2028", "\uD800", "99999999999999999999", "-1", "null", "~", "1e9", "in (", "spec:", "name: other",
    ];

    [Fact]
    public void Random_bytes_are_refused_with_a_place() => Prop
        .ForAll(Gen.Choose(0, 255).ArrayOf().ToArbitrary(), bytes => IsSane(Encoding.Latin1.GetString([.. bytes.Select(b => (byte)b)])))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Mutated_policies_are_accepted_or_refused_with_a_place() => Prop
        .ForAll(Gen.Choose(0, 1_000_000).ArrayOf(13).ToArbitrary(), dice => IsSane(Mutate(dice)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    private static string Mutate(int[] dice)
    {
        if (dice.Length == 0)
        {
            return "";
        }

        var text = Seeds[dice[0] % Seeds.Length];
        for (var i = 1; i + 2 < dice.Length; i += 3)
        {
            var at = dice[i] % (text.Length + 1);
            var cut = Math.Min(dice[i + 1] % 12, text.Length - at);
            var piece = dice[i + 2] % 3 == 0 ? "" : Pieces[dice[i + 2] % Pieces.Length];
            text = string.Concat(text.AsSpan(0, at), piece, text.AsSpan(at + cut));
        }

        return text;
    }

    private static bool IsSane(string text)
    {
        var result = PolicyText.Parse(text, "fuzz.yaml");
        if (result.Value is { } policy)
        {
            _ = PolicyCheck.Run(policy);
            return result.Errors.IsEmpty;
        }

        return !result.Errors.IsEmpty && result.Errors.All(e => e.Line >= 1 && e.Column >= 1 && e.Message.Length > 0);
    }
}
