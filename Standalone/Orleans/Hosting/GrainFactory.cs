using Multipath.Standalone.Orleans.Directory;
using Multipath.Standalone.Orleans.Observers;
using Multipath.Standalone.Orleans.Proxies;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Hosting;

/// <summary>The factory that grains and the host's code use.</summary>
internal sealed class GrainFactory(
    GrainClassMap classes, ReferenceFactory references, ObserverDirectory observers, IServiceProvider services) : IClusterClient
{
    public IServiceProvider ServiceProvider => services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        GrainType type = classes.Implementation(typeof(TGrainInterface), grainClassNamePrefix).GrainType;
        return (TGrainInterface)(object)references.Create(typeof(TGrainInterface), GrainId.Create(type, primaryKey));
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable
        => (TGrainInterface)(object)references.Create(typeof(TGrainInterface), grainId);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference or Grain)
        {
            throw new ArgumentException("A grain or a reference is addressable already: use AsReference.", nameof(obj));
        }

        if (obj is not TGrainObserverInterface)
        {
            throw new ArgumentException($"{obj.GetType()} does not implement {typeof(TGrainObserverInterface)}.", nameof(obj));
        }

        references.Validate(typeof(TGrainObserverInterface));
        return (TGrainObserverInterface)(object)references.Create(typeof(TGrainObserverInterface), observers.Add(obj));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
        => observers.Remove(obj is GrainReference reference
            ? reference.GrainId
            : throw new ArgumentException("Only a reference made by CreateObjectReference can be deleted.", nameof(obj)));
}
