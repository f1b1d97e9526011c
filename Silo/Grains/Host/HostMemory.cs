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

    /// <summary>Once for each activation, before its first plan: it is stored or this throws.</summary>
    public async Task RaiseEpoch()
    {
        if (!_epochRaised)
        {
            Ledger = Ledger.Activate();
            await writer.Write(store, "host");
            (_epochRaised, _stored) = (true, store.State);
        }
    }

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
}
