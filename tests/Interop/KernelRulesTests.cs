using System.Net;
using Multipath.Interop.Tests.Support;
using Multipath.Protocol;
using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Interop.Tests;

/// <summary>A program on our stack that goes by the kernel's rules for paths, the kernel's MPTCP at the other end.</summary>
public sealed class KernelRulesTests
{
    [Theory]
    [CombinatorialBools]
    public async Task An_endpoint_makes_a_subflow_and_takes_it_away(bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var rules = bed.Stack.KernelPaths;
        Assert.Equal(EndpointResult.Ok, await rules.SetLimitsAsync(new PathLimits(2, 2)));
        Assert.Equal(EndpointResult.Ok, await rules.AddAsync(At(bed.Ours(2), PathEndpointFlags.Subflow)));
        var pair = await bed.ConnectAsync(weConnect: true, new ConnectionOptions { PathManager = rules.Create });
        await bed.HasSubflowsAsync(pair, 2);
        await bed.ExchangeAsync(pair, 1_000_000);
        Assert.Equal(EndpointResult.Ok, await rules.RemoveAsync(1));
        await bed.HasSubflowsAsync(pair, 1);
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Fact]
    public async Task An_address_that_the_kernel_announces_is_joined()
    {
        using var bed = Bed.Create();
        Assert.Equal(EndpointResult.Ok, await bed.Stack.KernelPaths.SetLimitsAsync(new PathLimits(2, 2)));
        var pair = await bed.ConnectAsync(weConnect: true, new ConnectionOptions { PathManager = bed.Stack.KernelPaths.Create });
        Assert.Null(bed.Kernel.Announce(pair.KernelToken, bed.Theirs(2), 2));
        await bed.HasSubflowsAsync(pair, 2);
    }

    private static PathEndpoint At(IPAddress address, PathEndpointFlags flags) => new(0, new Endpoint(IpAddr.From(address), 0), flags);
}
