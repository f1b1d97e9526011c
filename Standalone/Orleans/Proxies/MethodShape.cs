using System.Reflection;
using Orleans;
using Orleans.Concurrency;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>What the runtime knows of one method of a grain interface.</summary>
internal sealed class MethodShape
{
    private readonly string _name;

    internal MethodShape(MethodInfo method, TimeSpan responseTimeout)
    {
        Info = method;
        _name = $"{method.DeclaringType!.Name}.{method.Name}";
        IsOneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));
        Interleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout ?? responseTimeout;
    }

    private MethodShape(string name, bool interleaves)
    {
        _name = name;
        IsOneWay = true;
        Interleaves = interleaves;
    }

    /// <summary>Null for what the runtime itself sends.</summary>
    internal MethodInfo? Info { get; }

    internal bool IsOneWay { get; }

    internal bool Interleaves { get; }

    internal TimeSpan Timeout { get; }

    /// <summary><see cref="Timeout"/> in ticks of the clock.</summary>
    internal long TimeoutTicks { get; init; }

    public override string ToString() => _name;

    /// <summary>A message of the runtime that nobody waits for.</summary>
    internal static MethodShape Internal(string name, bool interleaves) => new(name, interleaves);
}
