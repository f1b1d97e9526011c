namespace Orleans;

/// <summary>Makes references to grains and to observers. A reference is cheap; nothing is activated before the first call.</summary>
public interface IGrainFactory
{
    /// <summary>A reference to the grain with this key.</summary>
    /// <typeparam name="TGrainInterface">The interface through which it is called.</typeparam>
    /// <param name="primaryKey">The key; not empty.</param>
    /// <param name="grainClassNamePrefix">Selects among several implementations: a prefix of the class's full name.</param>
    /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>A reference to the grain with this identity.</summary>
    /// <typeparam name="TGrainInterface">The interface through which it is called.</typeparam>
    /// <param name="grainId">The identity.</param>
    TGrainInterface GetGrain<TGrainInterface>(Runtime.GrainId grainId)
        where TGrainInterface : Runtime.IAddressable;

    /// <summary>
    /// A reference to a local object that grains can call. Calls to one object run one at a time. The reference does not
    /// keep the object alive: hold it as long as it is to be notified.
    /// </summary>
    /// <typeparam name="TGrainObserverInterface">The interface through which it is called.</typeparam>
    /// <param name="obj">The object.</param>
    TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver;

    /// <summary>Ends the delivery to a reference made by <see cref="CreateObjectReference"/>.</summary>
    /// <typeparam name="TGrainObserverInterface">The interface of the reference.</typeparam>
    /// <param name="obj">The reference.</param>
    void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver;
}

/// <summary>The way from code outside grains to grains.</summary>
public interface IClusterClient : IGrainFactory
{
    /// <summary>The services of the host.</summary>
    IServiceProvider ServiceProvider { get; }
}
