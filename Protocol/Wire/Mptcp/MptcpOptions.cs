using System.Diagnostics.CodeAnalysis;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The kinds of MPTCP options, as a set.</summary>
[Flags]
public enum MptcpKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>MP_CAPABLE.</summary>
    Capable = 1 << 0,

    /// <summary>MP_JOIN.</summary>
    Join = 1 << 1,

    /// <summary>DSS.</summary>
    Dss = 1 << 2,

    /// <summary>ADD_ADDR.</summary>
    AddAddr = 1 << 3,

    /// <summary>REMOVE_ADDR.</summary>
    RemoveAddr = 1 << 4,

    /// <summary>MP_PRIO.</summary>
    Prio = 1 << 5,

    /// <summary>MP_FAIL.</summary>
    Fail = 1 << 6,

    /// <summary>MP_FASTCLOSE.</summary>
    FastClose = 1 << 7,

    /// <summary>MP_TCPRST.</summary>
    Reset = 1 << 8,
}

/// <summary>The MPTCP options of one segment: at most one of each kind.</summary>
/// <remarks>A large value that is passed by reference. What a kind that is not in <see cref="Kinds"/> holds means nothing.</remarks>
public struct MptcpOptions
{
    private Dss _dss;
    private MpCapable _capable;
    private MpJoin _join;
    private AddAddr _addAddr;
    private RemoveAddr _removeAddr;
    private MpPrio _prio;
    private MpFail _fail;
    private MpFastClose _fastClose;
    private MpReset _reset;

    /// <summary>Which options there are.</summary>
    public MptcpKinds Kinds { get; private set; }

    /// <summary>DSS.</summary>
    [UnscopedRef]
    public readonly ref readonly Dss Dss => ref _dss;

    /// <summary>MP_CAPABLE.</summary>
    [UnscopedRef]
    public readonly ref readonly MpCapable Capable => ref _capable;

    /// <summary>MP_JOIN.</summary>
    [UnscopedRef]
    public readonly ref readonly MpJoin Join => ref _join;

    /// <summary>ADD_ADDR.</summary>
    [UnscopedRef]
    public readonly ref readonly AddAddr AddAddr => ref _addAddr;

    /// <summary>REMOVE_ADDR.</summary>
    [UnscopedRef]
    public readonly ref readonly RemoveAddr RemoveAddr => ref _removeAddr;

    /// <summary>MP_PRIO.</summary>
    [UnscopedRef]
    public readonly ref readonly MpPrio Prio => ref _prio;

    /// <summary>MP_FAIL.</summary>
    [UnscopedRef]
    public readonly ref readonly MpFail Fail => ref _fail;

    /// <summary>MP_FASTCLOSE.</summary>
    [UnscopedRef]
    public readonly ref readonly MpFastClose FastClose => ref _fastClose;

    /// <summary>MP_TCPRST.</summary>
    [UnscopedRef]
    public readonly ref readonly MpReset Reset => ref _reset;

    /// <summary>Bytes of all options, not padded.</summary>
    public readonly int Length
    {
        get
        {
            var length = Has(MptcpKinds.Dss) ? _dss.Length : 0;
            return (Kinds & ~MptcpKinds.Dss) == 0 ? length : length + RareLength();
        }
    }

    /// <summary>
    /// Whether there is any but a DSS: an ACK is sent for the sake of such ones too, and is then no sign of congestion (RFC 8684
    /// section 3.4).
    /// </summary>
    public readonly bool HasSignal => (Kinds & ~MptcpKinds.Dss) != 0;

    /// <summary>Whether there is any option of these kinds.</summary>
    /// <param name="kinds">One or several.</param>
    public readonly bool Has(MptcpKinds kinds) => (Kinds & kinds) != 0;

    /// <summary>Sets the DSS.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(in Dss option)
    {
        _dss = option;
        Kinds |= MptcpKinds.Dss;
    }

    /// <summary>Sets the MP_CAPABLE.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(in MpCapable option)
    {
        _capable = option;
        Kinds |= MptcpKinds.Capable;
    }

    /// <summary>Sets the MP_JOIN.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(in MpJoin option)
    {
        _join = option;
        Kinds |= MptcpKinds.Join;
    }

    /// <summary>Sets the ADD_ADDR.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(in AddAddr option)
    {
        _addAddr = option;
        Kinds |= MptcpKinds.AddAddr;
    }

    /// <summary>Sets the REMOVE_ADDR.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(in RemoveAddr option)
    {
        _removeAddr = option;
        Kinds |= MptcpKinds.RemoveAddr;
    }

    /// <summary>Sets the MP_PRIO.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(MpPrio option)
    {
        _prio = option;
        Kinds |= MptcpKinds.Prio;
    }

    /// <summary>Sets the MP_FAIL.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(MpFail option)
    {
        _fail = option;
        Kinds |= MptcpKinds.Fail;
    }

    /// <summary>Sets the MP_FASTCLOSE.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(MpFastClose option)
    {
        _fastClose = option;
        Kinds |= MptcpKinds.FastClose;
    }

    /// <summary>Sets the MP_TCPRST.</summary>
    /// <param name="option">Replaces the one that is there.</param>
    public void Set(MpReset option)
    {
        _reset = option;
        Kinds |= MptcpKinds.Reset;
    }

    /// <summary>Takes options away.</summary>
    /// <param name="kinds">Which.</param>
    public void Remove(MptcpKinds kinds) => Kinds &= ~kinds;

    /// <summary>Reads one option; the first of a kind counts, and what is not understood is ignored.</summary>
    /// <param name="option">The whole option, at least three bytes.</param>
    internal void Read(ReadOnlySpan<byte> option)
    {
        var subtype = (MptcpSubtype)(option[2] >> 4);
        if (subtype > MptcpSubtype.Reset || Has(KindOf(subtype)))
        {
            return;
        }

        var read = subtype switch
        {
            MptcpSubtype.Dss => Dss.TryRead(option, out _dss),
            MptcpSubtype.Capable => MpCapable.TryRead(option, out _capable),
            MptcpSubtype.Join => MpJoin.TryRead(option, out _join),
            MptcpSubtype.AddAddr => AddAddr.TryRead(option, out _addAddr),
            MptcpSubtype.RemoveAddr => RemoveAddr.TryRead(option, out _removeAddr),
            MptcpSubtype.Prio => MpPrio.TryRead(option, out _prio),
            MptcpSubtype.Fail => MpFail.TryRead(option, out _fail),
            MptcpSubtype.FastClose => MpFastClose.TryRead(option, out _fastClose),
            _ => MpReset.TryRead(option, out _reset),
        };
        Kinds |= read ? KindOf(subtype) : MptcpKinds.None;
    }

    /// <summary>Writes all options.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <returns><see cref="Length"/>.</returns>
    internal readonly int Write(Span<byte> destination)
    {
        var length = Has(MptcpKinds.Dss) ? _dss.Write(destination) : 0;
        return (Kinds & ~MptcpKinds.Dss) == 0 ? length : length + WriteRare(destination[length..]);
    }

    // The order of the kinds is the order of the subtypes.
    private static MptcpKinds KindOf(MptcpSubtype subtype) => (MptcpKinds)(1 << (int)subtype);

    private readonly int RareLength() =>
        (Has(MptcpKinds.Capable) ? _capable.Length : 0)
        + (Has(MptcpKinds.Join) ? _join.Length : 0)
        + (Has(MptcpKinds.AddAddr) ? _addAddr.Length : 0)
        + (Has(MptcpKinds.RemoveAddr) ? _removeAddr.Length : 0)
        + (Has(MptcpKinds.Prio) ? MpPrio.Length : 0)
        + (Has(MptcpKinds.Fail) ? MpFail.Length : 0)
        + (Has(MptcpKinds.FastClose) ? MpFastClose.Length : 0)
        + (Has(MptcpKinds.Reset) ? MpReset.Length : 0);

    private readonly int WriteRare(Span<byte> destination)
    {
        var at = Has(MptcpKinds.Capable) ? _capable.Write(destination) : 0;
        at += Has(MptcpKinds.Join) ? _join.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.AddAddr) ? _addAddr.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.RemoveAddr) ? _removeAddr.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.Prio) ? _prio.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.Fail) ? _fail.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.FastClose) ? _fastClose.Write(destination[at..]) : 0;
        at += Has(MptcpKinds.Reset) ? _reset.Write(destination[at..]) : 0;
        return at;
    }
}
