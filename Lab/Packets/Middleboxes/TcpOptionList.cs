namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>Walks the options of a TCP header (RFC 9293 section 3.1): skips no-operations, stops at the end mark and at nonsense.</summary>
internal ref struct TcpOptionList(Span<byte> options)
{
    internal const byte End = 0;
    internal const byte NoOperation = 1;
    internal const byte WindowScale = 3;
    internal const byte Sack = 5;
    internal const byte Mptcp = 30;

    private readonly Span<byte> _options = options;
    private int _next;

    /// <summary>Offset of the option in the list.</summary>
    internal int At { get; private set; }

    /// <summary>The option with its kind and its length.</summary>
    internal Span<byte> Current { get; private set; }

    /// <summary>What it is.</summary>
    internal readonly byte Kind => Current[0];

    /// <summary>The subtype of an MPTCP option (RFC 8684 section 3).</summary>
    internal readonly MptcpSubtype Subtype => (MptcpSubtype)(Current.Length > 2 ? Current[2] >> 4 : 15);

    /// <summary>Goes to the next option.</summary>
    internal bool MoveNext()
    {
        while (_next < _options.Length && _options[_next] == NoOperation)
        {
            _next++;
        }

        if (_next + 2 > _options.Length || _options[_next] == End)
        {
            return false;
        }

        var length = _options[_next + 1];
        if (length < 2 || _next + length > _options.Length)
        {
            return false;
        }

        At = _next;
        Current = _options.Slice(_next, length);
        _next += length;
        return true;
    }
}

/// <summary>Kinds of MPTCP options (RFC 8684 section 8, table "MPTCP Option Subtypes").</summary>
internal enum MptcpSubtype
{
    Capable = 0,
    Join = 1,
    Dss = 2,
    AddAddress = 3,
    RemoveAddress = 4,
    Priority = 5,
    Fail = 6,
    FastClose = 7,
    Reset = 8,
    None = 15,
}
