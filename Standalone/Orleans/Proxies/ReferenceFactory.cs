using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>Makes references; the class of an interface's references is emitted when the interface is first met.</summary>
internal sealed class ReferenceFactory(ICallTargets targets, TimeProvider clock, TimeSpan responseTimeout)
{
    private readonly ConcurrentDictionary<Type, Entry> _entries = new();

    internal GrainReference Create(Type interfaceType, GrainId id)
    {
        if (!_entries.TryGetValue(interfaceType, out Entry? entry))
        {
            entry = _entries.GetOrAdd(interfaceType, Prepare);
        }

        return entry.Make(entry.Shared, id);
    }

    /// <summary>Checks an interface before anyone calls it.</summary>
    /// <param name="interfaceType">The interface.</param>
    /// <exception cref="ArgumentException">It has members that cannot be called on a reference.</exception>
    internal void Validate(Type interfaceType) => InterfaceShape.Of(interfaceType, responseTimeout, clock);

    private Entry Prepare(Type interfaceType)
    {
        InterfaceShape shape = InterfaceShape.Of(interfaceType, responseTimeout, clock);
        return new Entry(new ReferenceShared(shape, targets, this, clock), ProxyEmitter.Emit(shape));
    }

    private sealed record Entry(ReferenceShared Shared, Func<ReferenceShared, GrainId, GrainReference> Make);
}
