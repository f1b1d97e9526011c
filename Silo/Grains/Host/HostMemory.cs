using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Telemetry;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Grains.Host;

/// <summary>
/// What a host's grain knows for good, and what of it is stored: written when it differs, never for what a restart makes good by itself.
/// </summary>
/// <param name="store">The grain's state.</param>
/// <param name="writer">Writes it.</param>
internal sealed class HostMemory(IPersistentState<HostRecord> store, StateWriter writer)
{
    private HostRecord _stored = store.State;
    private bool _epochRaised;

    public HostRecord Record
    {
        get => store.State;
        set => store.State = value;
    }

    public PlanLedger Ledger
    {
        get => store.State.Ledger;
        set => store.State = store.State with { Ledger = value };
    }

    /// <summary>
    /// Takes what an agent says at the start of a session. The first time in an activation the epoch is raised, and with what the agent
    /// runs it is stored or this throws.
    /// </summary>
    public Task Meet(HostHello hello, DateTimeOffset now)
    {
        if (_epochRaised)
        {
            Record = Record.Meet(hello, now);
            return Task.CompletedTask;
        }

        return Write((Record with { Ledger = Ledger.Activate() }).Meet(hello, now));
    }

    /// <summary>Lets a held host go on; it is stored or this throws.</summary>
    public Task Resume() => Write(Record with { Ledger = Ledger.Resume() });

    /// <summary>False while plans of its epoch must not be pushed: after a crash another one could have the same version.</summary>
    public bool IsEpochStored(PlanVersion plan) => plan.Epoch <= _stored.Ledger.Epoch;

    /// <returns>Why it could not be stored; null when all is.</returns>
    /// <exception cref="InconsistentStateException">Another activation of the host wrote it.</exception>
    public async Task<Exception?> Store()
    {
        var state = store.State with { Ledger = Ledger with { InFlight = null } };
        if (state == _stored)
        {
            return null;
        }

        try
        {
            await writer.Write(store, "host");
            _stored = state;
            return null;
        }
        catch (Exception error) when (error is not InconsistentStateException)
        {
            return error;
        }
    }

    private async Task Write(HostRecord next)
    {
        var before = store.State;
        store.State = next;
        try
        {
            await writer.Write(store, "host");
        }
        catch
        {
            store.State = before;
            throw;
        }

        (_epochRaised, _stored) = (true, next);
    }
}
