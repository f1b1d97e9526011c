using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Reads policies as operators write them.</summary>
public static class PolicyText
{
    /// <summary>Reads a policy in YAML. A text with any error is refused whole, with all errors at once.</summary>
    /// <param name="yaml">The text, up to 64 KiB, one document, without anchors, aliases and tags.</param>
    /// <param name="fileName">Its name, for errors.</param>
    public static ParseResult<Policy> Parse(string yaml, string fileName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(fileName);
        var errors = new Diagnostics(fileName);
        var root = YamlTree.Read(yaml, errors);
        var policy = root is null ? null : new PolicyReader(errors).Read(root);
        return policy is null || errors.Any
            ? ParseResult<Policy>.Refused(errors.ToErrors())
            : ParseResult<Policy>.Of(policy);
    }
}
