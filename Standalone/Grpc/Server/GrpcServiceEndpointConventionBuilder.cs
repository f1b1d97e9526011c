namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds conventions, such as authorisation, to all methods of a mapped service.</summary>
public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder[] _methods;

    internal GrpcServiceEndpointConventionBuilder(IEndpointConventionBuilder[] methods) => _methods = methods;

    /// <summary>Adds a convention.</summary>
    /// <param name="convention">Applied to the endpoint of each method.</param>
    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var method in _methods)
        {
            method.Add(convention);
        }
    }

    /// <summary>Adds a convention that runs after all others.</summary>
    /// <param name="finallyConvention">Applied to the endpoint of each method.</param>
    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var method in _methods)
        {
            method.Finally(finallyConvention);
        }
    }
}
