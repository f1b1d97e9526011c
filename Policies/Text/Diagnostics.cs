using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Gathers the errors of one text, so that all are told at once.</summary>
internal sealed class Diagnostics(string file)
{
    /// <summary>More errors than a person reads at a time say nothing new.</summary>
    internal const int MaxErrors = 50;

    private readonly List<PolicyError> _errors = [];

    internal bool Any => _errors.Count > 0;

    internal void Add(YamlNode at, string message) => Add(at.Line, at.Column, message);

    internal void Add(int line, int column, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new PolicyError(file, line, column, message));
        }
    }

    internal EquatableArray<PolicyError> ToErrors() =>
        _errors.OrderBy(e => e.Line).ThenBy(e => e.Column).ToEquatableArray();
}
