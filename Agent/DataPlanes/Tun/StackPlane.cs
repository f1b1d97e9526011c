using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// The userspace stack as the loop's data plane: the same events and commands as the kernel's, and beyond them the choice of the packet
/// scheduler. Each call is a question to whoever drives the stack.
/// </summary>
internal sealed class StackPlane : IDataPlane, ISchedulerControl
{
    /// <summary>Events that wait for the loop, as many as it queues itself; past it everything is read anew.</summary>
    private const int EventLimit = 16_384;

    /// <summary>How the kernel calls the only scheduler that it has; a policy that asks for it gets the same rules here.</summary>
    private const string KernelsName = "default";
    private const string KernelsRules = "linuxDefault";

    private readonly IStackAccess _access;
    private readonly PlaneEvents _events = new(EventLimit);

    /// <summary>Listens from now on.</summary>
    /// <param name="access">The way to the stack, which the plane owns from now on.</param>
    /// <exception cref="KernelException">The stack has ended.</exception>
    internal StackPlane(IStackAccess access)
    {
        _access = access;
        _ = AskAll((held, _) =>
        {
            held.Observers.Add(_events);
            return true;
        });
    }

    public ChannelReader<MptcpEvent> Events => _events.Reader;

    /// <summary>What a policy may ask for on this plane.</summary>
    internal static ImmutableArray<string> SchedulerNames { get; } = [KernelsName, .. Protocol.Scheduling.Schedulers.Names];

    public ISchedulerControl Schedulers => this;

    /// <summary>Each takes one of the connection's few places while its SYN is sent again, two minutes.</summary>
    public bool ClosesJoins => true;

    public string Usual { get; } = new ConnectionOptions().Scheduler;

    public PlaneSnapshot Snapshot() => new([.. AskAll(PlaneReader.Snapshot).SelectMany(one => one.Connections)]);

    public bool IsSteerable(uint token) => AskOwner(token, (held, now) => held.Stack.Paths.TryFind(token, out _));

    public KernelError? Create(uint token, PmAddress local, PmAddress remote)
    {
        var (from, to) = (new Endpoint(IpAddr.From(local.Address), local.Port), new Endpoint(IpAddr.From(remote.Address), remote.Port));
        var backup = (local.Flags & EndpointFlags.Backup) != 0;
        return PlaneReader.Error(
            "create a subflow",
            AskOwner(token, (held, _) => held.Stack.Paths.CreateSubflow(token, from, local.Id, to, backup)),
            invalid: "the two addresses are of different families, or the id is not that of the local one");
    }

    public KernelError? Destroy(uint token, in Kernel.FourTuple subflow)
    {
        var tuple = PlaneReader.Convert(subflow);
        return Command("destroy a subflow", token, (paths, now) => paths.DestroySubflow(token, tuple, now));
    }

    public KernelError? SetBackup(uint token, in Kernel.FourTuple subflow, bool backup)
    {
        var tuple = PlaneReader.Convert(subflow);
        return Command("change the priority of a subflow", token, (paths, _) => paths.SetBackup(token, tuple, backup));
    }

    public KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0)
    {
        var announced = new Endpoint(IpAddr.From(address), port);
        return PlaneReader.Error(
            "announce an address",
            AskOwner(token, (held, now) => held.Stack.Paths.Announce(token, id, announced, now)),
            invalid: "the id is that of another address",
            exists: "it is announced already");
    }

    public KernelError? Withdraw(uint token, byte localId) =>
        Command("withdraw an address", token, (paths, _) => paths.Remove(token, localId));

    public KernelError? Set(uint token, string scheduler)
    {
        var operation = $"schedule by {scheduler}";
        var name = scheduler == KernelsName ? KernelsRules : scheduler;
        return PlaneReader.Error(operation, AskOwner(token, (held, _) =>
            !held.Stack.Paths.TryFind(token, out var connection) ? PmResult.UnknownConnection
            : held.Stack.SetScheduler(connection, name) ? PmResult.Ok : PmResult.Invalid), invalid: "there is none of that name");
    }

    public IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes) => ImmutableDictionary<uint, string>.Empty;

    public ImmutableSortedDictionary<string, ulong> Counters() => _access.Counters();

    public ISubflowProbe OpenProbe() => _access.OpenProbe();

    public void Dispose() => _access.Dispose();

    private KernelError? Command(string operation, uint token, Func<PathCommands, Instant, PmResult> command) =>
        PlaneReader.Error(operation, AskOwner(token, (held, now) => command(held.Stack.Paths, now)));

    /// <summary>Asks the stack in whose share a token lies.</summary>
    private T AskOwner<T>(uint token, Func<HeldConnections, Instant, T> question) =>
        Ask(new StackShare(0, _access.Count).OwnerOf(token), question);

    private T[] AskAll<T>(Func<HeldConnections, Instant, T> question) =>
        [.. Enumerable.Range(0, _access.Count).Select(stack => Ask(stack, question))];

    private T Ask<T>(int stack, Func<HeldConnections, Instant, T> question)
    {
        try
        {
            return _access.Ask(stack, question);
        }
        catch (IOException)
        {
            throw new KernelException(new KernelError("ask the userspace stack", Errno.NoSuchProcess, "it has ended"));
        }
    }
}
