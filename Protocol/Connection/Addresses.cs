using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>An address and its id.</summary>
/// <param name="Id">The id; 0 is the address that the connection began on.</param>
/// <param name="Endpoint">The address; the port is 0 when none was announced.</param>
internal readonly record struct KnownAddress(byte Id, Endpoint Endpoint);

/// <summary>What the peer was told of our addresses, and what it told of its own (RFC 8684 section 3.4).</summary>
internal sealed class Addresses(int limit, Duration timeout)
{
    /// <summary>Times that an ADD_ADDR is sent without an echo: the first and three more, as Linux has it.</summary>
    public const int MaxAttempts = 4;

    // Ids below are the path manager's to give.
    private const byte FirstUnannouncedId = 128;

    private readonly List<Announcement> _announced = [];
    private readonly List<KnownAddress> _remote = [];

    // No more than there are ids for.
    private readonly List<KnownAddress> _unannounced = [];

    /// <summary>What the peer announced.</summary>
    public IReadOnlyList<KnownAddress> Remote => _remote;

    /// <summary>When the next ADD_ADDR without an echo is due again.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    // When the next one is due, the first time included: that one waits for a segment and not for a timer.
    private Instant _dueAt = Instant.Never;

    /// <summary>Begins to announce an address.</summary>
    /// <returns>Ok; Invalid when the id stands for another address; LimitReached.</returns>
    public PmResult Announce(byte id, Endpoint endpoint)
    {
        if (_unannounced.Exists(known => known.Id == id && known.Endpoint.Address != endpoint.Address))
        {
            return PmResult.Invalid;
        }

        foreach (var known in _announced)
        {
            if (known.Id == id)
            {
                return known.Endpoint == endpoint ? PmResult.Exists : PmResult.Invalid;
            }
        }

        if (_announced.Count >= limit)
        {
            return PmResult.LimitReached;
        }

        _announced.Add(new Announcement(id, endpoint));
        UpdateDeadline();
        return PmResult.Ok;
    }

    /// <summary>
    /// Id of an address of ours: 0 for the one that the connection began on, the announced one, that of its subflows, or one that
    /// stands for it from now on.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="first">The address that the connection began on.</param>
    /// <param name="members">The subflows: their ids are in use.</param>
    /// <returns>Null when no id is free.</returns>
    public byte? IdOf(IpAddr address, IpAddr first, Member?[] members)
    {
        if (address == first)
        {
            return 0;
        }

        foreach (var known in _announced)
        {
            if (known.Endpoint.Address == address)
            {
                return known.Id;
            }
        }

        foreach (var m in members)
        {
            if (m?.Tuple.Local.Address == address)
            {
                return m.LocalId;
            }
        }

        // The peer found the address without being told, by a listener on any address or an announcement since withdrawn. A path
        // manager may have given its id to another address since.
        _unannounced.RemoveAll(known => known.Endpoint.Address == address && IsTaken(known.Id, address, members));
        foreach (var known in _unannounced)
        {
            if (known.Endpoint.Address == address)
            {
                return known.Id;
            }
        }

        for (var id = (int)FirstUnannouncedId; id <= byte.MaxValue; id++)
        {
            if (!IsTaken((byte)id, address, members))
            {
                _unannounced.Add(new KnownAddress((byte)id, new Endpoint(address, 0)));
                return (byte)id;
            }
        }

        return null;
    }

    /// <summary>Forgets an address of ours.</summary>
    /// <returns>Whether it was announced.</returns>
    public bool Withdraw(byte id)
    {
        var removed = _announced.RemoveAll(known => known.Id == id) > 0;
        UpdateDeadline();
        return removed;
    }

    /// <summary>The address of ours whose ADD_ADDR is to be sent now.</summary>
    public bool TryTakeDue(Instant now, out KnownAddress address)
    {
        address = default;
        if (_dueAt > now)
        {
            return false;
        }

        foreach (var known in _announced)
        {
            if (!known.IsEchoed && known.Attempts < MaxAttempts && known.NextAt <= now)
            {
                address = new KnownAddress(known.Id, known.Endpoint);
                return true;
            }
        }

        return false;
    }

    /// <summary>An ADD_ADDR is being sent.</summary>
    public void HandleSent(byte id, Instant now)
    {
        foreach (var known in _announced)
        {
            if (known.Id == id)
            {
                known.Attempts++;
                known.IsDelayed = false;
                known.NextAt = now + timeout;
            }
        }

        UpdateDeadline();
    }

    /// <summary>An ADD_ADDR is due and cannot be sent now: it waits for the next segment, and no longer for a timer.</summary>
    public void HandleDelayed(byte id)
    {
        foreach (var known in _announced)
        {
            known.IsDelayed |= known.Id == id;
        }

        UpdateDeadline();
    }

    /// <summary>Whether an echo may come yet.</summary>
    public bool AwaitsEcho(Instant now) => _announced.Exists(known => !known.IsEchoed && known.Attempts > 0 && known.NextAt > now);

    /// <summary>An echo came: the peer has the address (section 3.4.1).</summary>
    /// <returns>Whether it is the first of an address that was announced.</returns>
    public bool HandleEcho(byte id, Endpoint endpoint)
    {
        var known = _announced.Find(one => one.Id == id && one.Endpoint == endpoint && !one.IsEchoed);
        known?.IsEchoed = true;
        UpdateDeadline();
        return known is not null;
    }

    /// <summary>The peer announced an address. An id keeps its address until it is withdrawn.</summary>
    /// <returns>Ok when it is new, Exists when it is known, Invalid when the id stands for another address, LimitReached.</returns>
    public PmResult HandleAnnounced(byte id, Endpoint endpoint)
    {
        foreach (var known in _remote)
        {
            if (known.Id == id)
            {
                return known.Endpoint == endpoint ? PmResult.Exists : PmResult.Invalid;
            }
        }

        if (_remote.Count >= limit)
        {
            return PmResult.LimitReached;
        }

        _remote.Add(new KnownAddress(id, endpoint));
        return PmResult.Ok;
    }

    /// <summary>The peer withdrew an address.</summary>
    /// <returns>The address, if it had announced it.</returns>
    public IpAddr? HandleRemoved(byte id)
    {
        var index = _remote.FindIndex(known => known.Id == id);
        if (index < 0)
        {
            return null;
        }

        var address = _remote[index].Endpoint.Address;
        _remote.RemoveAt(index);
        return address;
    }

    // Whether an id stands for another address.
    private bool IsTaken(byte id, IpAddr address, Member?[] members)
    {
        foreach (var m in members)
        {
            if (m is not null && m.LocalId == id && m.Tuple.Local.Address != address)
            {
                return true;
            }
        }

        return _announced.Exists(known => known.Id == id && known.Endpoint.Address != address)
            || _unannounced.Exists(known => known.Id == id && known.Endpoint.Address != address);
    }

    private void UpdateDeadline()
    {
        Deadline = _dueAt = Instant.Never;
        foreach (var known in _announced)
        {
            if (known.IsEchoed || known.Attempts >= MaxAttempts)
            {
                continue;
            }

            _dueAt = Instant.Earlier(_dueAt, known.NextAt);
            if (known.Attempts > 0 && !known.IsDelayed)
            {
                Deadline = Instant.Earlier(Deadline, known.NextAt);
            }
        }
    }

    private sealed class Announcement(byte id, Endpoint endpoint)
    {
        public byte Id { get; } = id;

        public Endpoint Endpoint { get; } = endpoint;

        public int Attempts { get; set; }

        public bool IsEchoed { get; set; }

        public bool IsDelayed { get; set; }

        public Instant NextAt { get; set; } = new(long.MinValue);
    }
}
