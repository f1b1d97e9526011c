using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>
/// The mapping without end: the peer's subflow numbers into the stream, over any number of wraps (RFC 8684 section 3.7).
/// </summary>
internal sealed class PlainStream
{
    private Seq32 _ssn = new(1);
    private Dsn64 _dsn = new(1);

    /// <summary>Starts the mapping.</summary>
    /// <param name="ssn">A number on the subflow, relative to the SYN's.</param>
    /// <param name="dsn">Its place.</param>
    public void Start(Seq32 ssn, Dsn64 dsn) => (_ssn, _dsn) = (ssn, dsn);

    /// <summary>The place of a number.</summary>
    public Dsn64 At(Seq32 ssn) => _dsn + (ssn - _ssn);

    /// <summary>Moves the anchor up to what is in order, so that no number is ever half the sequence away from it.</summary>
    public void Advance(Seq32 inOrder)
    {
        if (inOrder > _ssn)
        {
            _dsn = At(inOrder);
            _ssn = inOrder;
        }
    }
}
