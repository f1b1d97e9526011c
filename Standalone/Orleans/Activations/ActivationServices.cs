using Microsoft.Extensions.Logging;
using Multipath.Standalone.Orleans.Calls;
using Multipath.Standalone.Orleans.Directory;
using Multipath.Standalone.Orleans.Proxies;
using Orleans.Configuration;

namespace Multipath.Standalone.Orleans.Activations;

/// <summary>What all activations share.</summary>
/// <param name="Calls">For taking calls.</param>
/// <param name="Catalog">All activations.</param>
/// <param name="References">Makes references.</param>
/// <param name="Provider">The host's services.</param>
/// <param name="Collection">When activations go.</param>
/// <param name="Log">The log.</param>
internal sealed record ActivationServices(
    CallServices Calls,
    Catalog Catalog,
    ReferenceFactory References,
    IServiceProvider Provider,
    GrainCollectionOptions Collection,
    ILogger Log);
