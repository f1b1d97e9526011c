using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>Options of one subflow that wait for a segment which has room, in the order in which they go.</summary>
/// <remarks>At most one of each kind waits: a later one says all that an earlier one would have said.</remarks>
internal sealed class Signals
{
    private MpPrio? _prio;
    private MpFail? _fail;
    private MpFastClose? _fastClose;
    private AddAddr? _echo;
    private AddAddr? _announce;
    private RemoveAddr _remove;

    /// <summary>Whether any waits.</summary>
    public bool Any { get; private set; }

    /// <summary>Says a priority.</summary>
    public void Set(MpPrio prio) => (_prio, Any) = (prio, true);

    /// <summary>Reports a checksum that was wrong.</summary>
    public void Set(MpFail fail) => (_fail, Any) = (fail, true);

    /// <summary>Ends the connection at once.</summary>
    public void Set(MpFastClose fastClose) => (_fastClose, Any) = (fastClose, true);

    /// <summary>Echoes an address of the peer.</summary>
    public void Set(in AddAddr echo) => (_echo, Any) = (echo, true);

    /// <summary>Announces an address.</summary>
    /// <returns>False when another one waits.</returns>
    public bool TryAnnounce(in AddAddr address)
    {
        if (_announce is not null)
        {
            return false;
        }

        _announce = address;
        return Any = true;
    }

    /// <summary>Withdraws an address.</summary>
    public void Remove(byte id)
    {
        Any = true;
        for (var i = 0; i < _remove.Count; i++)
        {
            if (_remove[i] == id)
            {
                return;
            }
        }

        _remove.TryAdd(id);
    }

    /// <summary>An address that waits to be announced is withdrawn.</summary>
    public void Drop(byte id) => _announce = _announce?.AddressId == id ? null : _announce;

    /// <summary>Forgets all that waits but MP_FAIL, which is said also when falling back.</summary>
    public void Clear()
    {
        _prio = null;
        _fastClose = null;
        _echo = _announce = null;
        _remove = default;
        Any = _fail is not null;
    }

    /// <summary>Moves what fits to a segment.</summary>
    /// <param name="options">The segment's options.</param>
    /// <param name="room">Bytes that are left for them.</param>
    /// <param name="isBare">The segment has no other MPTCP option: the largest ADD_ADDR leaves no room for one.</param>
    public void MoveTo(ref MptcpOptions options, int room, bool isBare)
    {
        if (_fastClose is { } fastClose && Take(ref room, MpFastClose.Length))
        {
            options.Set(fastClose);
            _fastClose = null;
        }

        if (_fail is { } fail && Take(ref room, MpFail.Length))
        {
            options.Set(fail);
            _fail = null;
        }

        if (_prio is { } prio && Take(ref room, MpPrio.Length))
        {
            options.Set(prio);
            _prio = null;
        }

        if (_remove.Count > 0 && Take(ref room, _remove.Length))
        {
            options.Set(_remove);
            _remove = default;
        }

        if (_echo is { } echo && Take(ref room, echo.Length))
        {
            options.Set(echo);
            _echo = null;
        }
        else if (_announce is { } announce && !options.Has(MptcpKinds.AddAddr) && (isBare || announce.Length <= room)
            && Take(ref room, announce.Length))
        {
            options.Set(announce);
            _announce = null;
        }

        Any = _fastClose is not null || _fail is not null || _prio is not null || _remove.Count > 0
            || _echo is not null || _announce is not null;
    }

    /// <summary>Bytes of the largest option that waits: what a segment of its own must have room for.</summary>
    public int Largest => Math.Max(
        Math.Max(_echo?.Length ?? 0, _announce?.Length ?? 0),
        Math.Max(_remove.Count > 0 ? _remove.Length : 0, _fail is not null || _fastClose is not null ? MpFail.Length : MpPrio.Length));

    private static bool Take(ref int room, int length)
    {
        // Options are padded to four bytes together; the sum of padded lengths is never less.
        var padded = (length + 3) & ~3;
        if (padded > room)
        {
            return false;
        }

        room -= padded;
        return true;
    }
}
