using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Multipath.Interop.Tests.Support;

/// <summary>Runs a theory with each combination of its boolean parameters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombinatorialBoolsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var count = testMethod.GetParameters().Length;
        IReadOnlyCollection<ITheoryDataRow> rows =
        [
            .. Enumerable.Range(0, 1 << count).Select(bits =>
                new TheoryDataRow([.. Enumerable.Range(0, count).Select(at => (object)((bits >> at & 1) == 0))])),
        ];
        return ValueTask.FromResult(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
