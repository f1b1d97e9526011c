using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;
using static Multipath.Protocol.Paths.PathEndpointFlags;

namespace Multipath.Protocol.Tests.Paths;

public sealed class EndpointTableTests
{
    private readonly EndpointTable _table = new();

    [Fact]
    public void Gives_ids_from_the_highest_on_and_wraps()
    {
        Assert.Equal([1, 2, 9, 10], [Add(0, "10.0.0.1"), Add(0, "10.0.0.2"), Add(9, "10.0.0.9"), Add(0, "10.0.0.3")]);
        Assert.Equal(EndpointResult.Ok, _table.TryRemove(2, out _));
        Assert.Equal([11, 255, 2], [Add(0, "10.0.0.4"), Add(255, "10.0.0.5"), Add(0, "10.0.0.6")]);
    }

    [Theory]
    [InlineData(Signal | FullMesh, 0, EndpointResult.Invalid)]
    [InlineData(Implicit, 0, EndpointResult.Invalid)]
    [InlineData(Subflow, 8080, EndpointResult.Invalid)]
    [InlineData(Signal | Subflow, 8080, EndpointResult.Invalid)]
    [InlineData(Signal | Subflow | Backup, 0, EndpointResult.Ok)]
    [InlineData(Signal, 8080, EndpointResult.Ok)]
    [InlineData(Subflow | FullMesh | Backup, 0, EndpointResult.Ok)]
    public void Refuses_flags_that_contradict_each_other_or_the_port(PathEndpointFlags flags, ushort port, EndpointResult expected) =>
        Assert.Equal(expected, _table.TryAdd(new PathEndpoint(0, new Endpoint(IpAddr.Parse("10.0.0.1"), port), flags), out _));

    [Fact]
    public void Refuses_a_known_address_a_used_id_and_a_ninth()
    {
        Add(3, "10.0.0.1");
        Assert.Equal(EndpointResult.Exists, Try(0, "10.0.0.1"));
        Assert.Equal(EndpointResult.Busy, Try(3, "10.0.0.2"));
        for (int i = 2; i <= 8; i++)
        {
            Add(0, $"10.0.0.{i}");
        }

        Assert.Equal(EndpointResult.Full, Try(0, "10.0.0.9"));
        Assert.Equal(EndpointResult.Unknown, _table.TryRemove(99, out _));
    }

    [Fact]
    public void Endpoints_with_a_port_come_first()
    {
        Add(0, "10.0.0.1");
        Assert.Equal(EndpointResult.Ok, _table.TryAdd(new PathEndpoint(0, Endpoint.Parse("10.0.0.2:80"), Signal), out _));
        Assert.Equal([2, 1], _table.Endpoints.Select(e => (int)e.Id));
        Assert.Equal((1, 1), (_table.Count(Signal), _table.Count(Subflow)));
    }

    [Fact]
    public void An_implicit_endpoint_gives_an_id_and_yields_it_to_one_that_is_set()
    {
        Assert.Equal(1, _table.IdOf(IpAddr.Parse("10.0.0.1")));
        Assert.Equal(1, _table.IdOf(IpAddr.Parse("10.0.0.1")));
        Assert.Equal(EndpointResult.Exists, Try(7, "10.0.0.1"));
        Assert.Equal(1, Add(0, "10.0.0.1"));
        Assert.Equal(Subflow, Assert.Single(_table.Endpoints).Flags);
    }

    [Fact]
    public void Only_backup_and_fullmesh_can_be_changed()
    {
        Add(1, "10.0.0.1");
        PathEndpointFlags wanted = Backup | Signal | FullMesh;
        Assert.Equal(EndpointResult.Ok, _table.TrySetFlags(1, wanted, out PathEndpoint? before, out PathEndpoint? after));
        Assert.Equal((Subflow, Subflow | Backup | FullMesh), (before!.Flags, after!.Flags));
        Assert.Equal(EndpointResult.Ok, _table.TrySetFlags(1, None, out _, out after));
        Assert.Equal(Subflow, after!.Flags);

        Assert.Equal(EndpointResult.Ok, _table.TryAdd(new PathEndpoint(2, Endpoint.Parse("10.0.0.2:0"), Signal), out _));
        Assert.Equal(EndpointResult.Invalid, _table.TrySetFlags(2, FullMesh, out _, out _));
        Assert.Equal(EndpointResult.Unknown, _table.TrySetFlags(3, Backup, out _, out _));
    }

    [Fact]
    public void Limits_start_as_the_kernels_and_end_at_eight()
    {
        Assert.Equal(new PathLimits(2, 0), _table.Limits);
        Assert.Equal(EndpointResult.Ok, _table.SetLimits(new PathLimits(8, 8)));
        Assert.Equal(EndpointResult.Invalid, _table.SetLimits(new PathLimits(9, 0)));
        Assert.Equal(EndpointResult.Invalid, _table.SetLimits(new PathLimits(0, -1)));
        Assert.Equal(new PathLimits(8, 8), _table.Limits);
    }

    private EndpointResult Try(byte id, string address) =>
        _table.TryAdd(new PathEndpoint(id, new Endpoint(IpAddr.Parse(address), 0), Subflow), out _);

    private int Add(byte id, string address)
    {
        Assert.Equal(
            EndpointResult.Ok,
            _table.TryAdd(new PathEndpoint(id, new Endpoint(IpAddr.Parse(address), 0), Subflow), out PathEndpoint? added));
        return added!.Id;
    }
}
