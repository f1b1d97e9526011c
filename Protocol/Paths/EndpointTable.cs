using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>Answer to a change of the endpoints; the comments name the error that the kernel gives.</summary>
public enum EndpointResult
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The flags contradict each other or the port (EINVAL).</summary>
    Invalid,

    /// <summary>There is an endpoint with that address (EEXIST).</summary>
    Exists,

    /// <summary>The id is in use (EBUSY).</summary>
    Busy,

    /// <summary>There are <see cref="PathLimits.Max"/> endpoints already (ERANGE).</summary>
    Full,

    /// <summary>There is no such endpoint (EINVAL, "address not found").</summary>
    Unknown,
}

/// <summary>
/// The endpoints of one stack and the limits: what the kernel keeps for a network namespace (net/mptcp/pm_kernel.c, struct
/// pm_nl_pernet).
/// </summary>
/// <remarks>A change is told to the <see cref="KernelRules"/> of each connection by whoever makes it.</remarks>
public sealed class EndpointTable
{
    private readonly List<PathEndpoint> _endpoints = [];
    private int _nextId = 1;

    /// <summary>The endpoints in the order in which the rules use them: those with a port first.</summary>
    public IReadOnlyList<PathEndpoint> Endpoints => _endpoints;

    /// <summary>The limits.</summary>
    public PathLimits Limits { get; private set; } = PathLimits.Default;

    /// <summary>Endpoints with some flag: the kernel's own limits on what one connection announces and opens.</summary>
    /// <param name="flag">The flag.</param>
    public int Count(PathEndpointFlags flag)
    {
        int count = 0;
        foreach (PathEndpoint endpoint in _endpoints)
        {
            count += endpoint.Has(flag) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Sets the limits.</summary>
    /// <param name="limits">Each 0 to 8.</param>
    public EndpointResult SetLimits(PathLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.Subflows is < 0 or > PathLimits.Max || limits.AddressesAccepted is < 0 or > PathLimits.Max)
        {
            return EndpointResult.Invalid;
        }

        Limits = limits;
        return EndpointResult.Ok;
    }

    /// <summary>Adds an endpoint; one that was implicit for the same address is replaced and keeps its id.</summary>
    /// <param name="wanted">The endpoint; id 0: the next free one.</param>
    /// <param name="added">The endpoint with its id.</param>
    public EndpointResult TryAdd(PathEndpoint wanted, out PathEndpoint? added)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        added = null;
        if (!IsValid(wanted))
        {
            return EndpointResult.Invalid;
        }

        return Append(wanted, out added);
    }

    /// <summary>The id of a local address that a subflow uses; an implicit endpoint is made if it has none.</summary>
    /// <param name="local">The address.</param>
    /// <returns>1 to 255, or 0 if there is no room for another endpoint.</returns>
    public byte IdOf(IpAddr local)
    {
        if (Find(new Endpoint(local, 0)) is { } known)
        {
            return known.Id;
        }

        Append(new PathEndpoint(0, new Endpoint(local, 0), PathEndpointFlags.Implicit), out PathEndpoint? added);
        return added?.Id ?? 0;
    }

    /// <summary>Removes an endpoint.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="removed">What it was.</param>
    public EndpointResult TryRemove(byte id, out PathEndpoint? removed)
    {
        removed = Find(id);
        return removed is not null && _endpoints.Remove(removed) ? EndpointResult.Ok : EndpointResult.Unknown;
    }

    /// <summary>Changes the flags backup and fullmesh of an endpoint; the others stay.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="flags">The new flags.</param>
    /// <param name="before">What it was.</param>
    /// <param name="after">What it is.</param>
    public EndpointResult TrySetFlags(byte id, PathEndpointFlags flags, out PathEndpoint? before, out PathEndpoint? after)
    {
        const PathEndpointFlags Changeable = PathEndpointFlags.Backup | PathEndpointFlags.FullMesh;
        after = null;
        before = Find(id);
        if (before is null)
        {
            return EndpointResult.Unknown;
        }

        if ((flags & PathEndpointFlags.FullMesh) != 0 && (before.Flags & (PathEndpointFlags.Signal | PathEndpointFlags.Implicit)) != 0)
        {
            return EndpointResult.Invalid;
        }

        after = before with { Flags = (before.Flags & ~Changeable) | (flags & Changeable) };
        _endpoints[_endpoints.IndexOf(before)] = after;
        return EndpointResult.Ok;
    }

    /// <summary>The endpoint that a local address belongs to; null if none.</summary>
    internal PathEndpoint? Find(Endpoint local)
    {
        foreach (PathEndpoint endpoint in _endpoints)
        {
            if (endpoint.Address.Address == local.Address && (endpoint.Address.Port == 0 || endpoint.Address.Port == local.Port))
            {
                return endpoint;
            }
        }

        return null;
    }

    private static bool IsValid(PathEndpoint endpoint) =>
        !endpoint.Has(PathEndpointFlags.Implicit)
        && !endpoint.Has(PathEndpointFlags.Signal | PathEndpointFlags.FullMesh)
        && (endpoint.Address.Port == 0 || (endpoint.Has(PathEndpointFlags.Signal) && !endpoint.Has(PathEndpointFlags.Subflow)));

    private EndpointResult Append(PathEndpoint wanted, out PathEndpoint? added)
    {
        added = null;
        PathEndpoint? same = _endpoints.Find(known => known.Address.Address == wanted.Address.Address
            && known.Address.Port == wanted.Address.Port);
        bool replaces = same is { } known && known.Has(PathEndpointFlags.Implicit) && wanted.Id == 0;
        if (_endpoints.Count >= PathLimits.Max)
        {
            return EndpointResult.Full;
        }

        if (wanted.Id != 0 && Find(wanted.Id) is not null)
        {
            return EndpointResult.Busy;
        }

        if (same is not null && !replaces)
        {
            return EndpointResult.Exists;
        }

        byte id = replaces ? same!.Id : wanted.Id != 0 ? wanted.Id : NextFreeId();
        if (replaces)
        {
            _endpoints.Remove(same!);
        }

        added = wanted with { Id = id };
        _nextId = Math.Max(_nextId, id);
        _endpoints.Insert(wanted.Address.Port == 0 ? _endpoints.Count : 0, added);
        return EndpointResult.Ok;
    }

    private PathEndpoint? Find(byte id) => _endpoints.Find(endpoint => endpoint.Id == id);

    /// <summary>
    /// The first free id from the highest that was given, so that an id is not soon used for another address; wraps to 1.
    /// </summary>
    private byte NextFreeId()
    {
        for (int tried = 0; tried <= byte.MaxValue; tried++, _nextId++)
        {
            if (_nextId > byte.MaxValue)
            {
                _nextId = 1;
            }

            if (Find((byte)_nextId) is null)
            {
                break;
            }
        }

        return (byte)_nextId;
    }
}
