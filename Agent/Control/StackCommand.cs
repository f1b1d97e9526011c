using System.Net;
using System.Text.Json.Serialization;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Control;

/// <summary>What the tool tells an agent to do to a connection of its stack, as JSON; addresses as people write them.</summary>
/// <param name="Token">The connection.</param>
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(Destroy), "destroy")]
[JsonDerivedType(typeof(SetBackup), "set-backup")]
[JsonDerivedType(typeof(Announce), "announce")]
[JsonDerivedType(typeof(Withdraw), "withdraw")]
internal abstract record StackCommand(uint Token)
{
    /// <summary>Does it.</summary>
    /// <param name="plane">That has the connection.</param>
    /// <returns>Null for done.</returns>
    /// <exception cref="FormatException">An address is none.</exception>
    internal abstract KernelError? Run(IPathCommands plane);

    private static FourTuple Ends(string local, string remote)
    {
        var (from, to) = (IPEndPoint.Parse(local), IPEndPoint.Parse(remote));
        return new FourTuple(from.Address, (ushort)from.Port, to.Address, (ushort)to.Port);
    }

    internal sealed record Create(uint Token, string Local, byte LocalId, string Remote, bool Backup) : StackCommand(Token)
    {
        internal override KernelError? Run(IPathCommands plane)
        {
            var ends = Ends(Local, Remote);
            var flags = Backup ? EndpointFlags.Backup : EndpointFlags.None;
            var local = new PmAddress(ends.LocalAddress, ends.LocalPort, LocalId, flags);
            return plane.Create(Token, local, new PmAddress(ends.RemoteAddress, ends.RemotePort));
        }
    }

    internal sealed record Destroy(uint Token, string Local, string Remote) : StackCommand(Token)
    {
        internal override KernelError? Run(IPathCommands plane) => plane.Destroy(Token, Ends(Local, Remote));
    }

    internal sealed record SetBackup(uint Token, string Local, string Remote, bool Backup) : StackCommand(Token)
    {
        internal override KernelError? Run(IPathCommands plane) => plane.SetBackup(Token, Ends(Local, Remote), Backup);
    }

    internal sealed record Announce(uint Token, string Address, byte Id, ushort Port) : StackCommand(Token)
    {
        internal override KernelError? Run(IPathCommands plane) => plane.Announce(Token, IPAddress.Parse(Address), Id, Port);
    }

    internal sealed record Withdraw(uint Token, byte Id) : StackCommand(Token)
    {
        internal override KernelError? Run(IPathCommands plane) => plane.Withdraw(Token, Id);
    }
}
