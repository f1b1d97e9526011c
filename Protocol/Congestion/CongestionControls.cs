using System.Diagnostics.CodeAnalysis;

namespace Multipath.Protocol.Congestion;

/// <summary>The congestion controls by name.</summary>
public static class CongestionControls
{
    /// <summary>All names that <see cref="TryCreate"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["reno", "cubic", "lia", "olia"];

    /// <summary>Makes the control of one subflow.</summary>
    /// <param name="name">One of <see cref="Names"/>; case counts.</param>
    /// <param name="group">The connection's group, which coupled controls join; when such a subflow is gone it must be removed
    /// there.</param>
    /// <param name="control">The control.</param>
    /// <returns>False if the name is unknown.</returns>
    public static bool TryCreate(string name, CoupledGroup group, [NotNullWhen(true)] out ICongestionControl? control)
    {
        control = name switch
        {
            "reno" => new NewReno(),
            "cubic" => new Cubic(),
            "lia" => new Lia(group),
            "olia" => new Olia(group),
            _ => null,
        };
        return control is not null;
    }
}
