using System.Collections.Concurrent;
using Multipath.Contracts.Grains;
using Multipath.Policies.Text;
using PolicyModel = Multipath.Policies.Model.Policy;

namespace Multipath.Silo.Grains;

/// <summary>Parsed policies, shared by the grains of a process: thousands of hosts follow the same few texts.</summary>
internal sealed class PolicyCache
{
    /// <summary>Distinct texts kept; beyond it the cache starts again, which costs one parse for each text in use.</summary>
    private const int Limit = 1_024;

    private readonly ConcurrentDictionary<string, ParseResult<PolicyModel>> _byText = new(StringComparer.Ordinal);

    /// <summary>
    /// The policy, or errors when a text that was once accepted is not any more (another version of this program wrote it).
    /// </summary>
    public ParseResult<PolicyModel> Parse(PolicyDocument document)
    {
        if (_byText.Count > Limit)
        {
            _byText.Clear();
        }

        return _byText.GetOrAdd(document.Yaml, static (text, name) => PolicyText.Parse(text, name), document.Name);
    }
}
