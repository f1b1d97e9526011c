using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class ImportsFollowTheArrowsTests
{
    [Theory]
    [InlineData("Silo/A.cs", "using Multipath.Protocol.Wire;")]
    [InlineData("Silo/A.cs", "class A { object b = new Multipath.Agent.Session.Outbox(); }")]
    [InlineData("Silo/A.cs", "class A { Multipath.Agent.Outbox b; }")]
    [InlineData("Agent/A.cs", "using Orleans;")]
    [InlineData("Agent/A.cs", "using G = global::Orleans.Grain;")]
    [InlineData("Agent/A.cs", "using Multipath.Contracts.Grains;")]
    [InlineData("Policies/A.cs", "using static Multipath.Protocol.Primitives.Seq32;")]
    [InlineData("Protocol/A.cs", "using Multipath.Policies.Model;")]
    [InlineData("Contracts/Grains/A.cs", "using Google.Protobuf;")]
    public void A_foreign_name_is_found(string path, string text) => Broken.Times<ImportsFollowTheArrows>(1, path, text);

    [Theory]
    [InlineData("Silo/A.cs", "using Multipath.Contracts.Grains; using Orleans; namespace Multipath.Silo.Rpc;")]
    [InlineData("Agent/A.cs", "using Multipath.Protocol.Stack; using Multipath.Policies.Rank;")]
    [InlineData("Standalone/Orleans/A.cs", "using Multipath.Standalone.Orleans.Calls;")]
    [InlineData("Policies/A.cs", "using System.Net; namespace Multipath.Policies.Text;")]
    public void A_name_along_the_arrows_is_not(string path, string text) => Broken.Times<ImportsFollowTheArrows>(0, path, text);
}
