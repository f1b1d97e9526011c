using System.Buffers.Binary;
using System.Security.Cryptography;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol;

/// <summary>
/// Handshakes without state (RFC 4987 section 3.6): all that a SYN said and all that was answered comes back with the third ACK.
/// </summary>
/// <remarks>
/// <para>Our initial sequence number is the cookie: five bits of the time, three of the peer's segment size, 24 of an authenticator over
/// these, both ends and the peer's initial number. What else was agreed on stands in the low bits of our timestamp, which the peer
/// echoes; a peer without timestamps gets a handshake without options. Our key follows from the same secret: the third ACK shows it
/// (RFC 8684 section 3.1).</para>
/// <para>Who cannot see our SYN/ACK has one chance in 2^24 for each guess, and only while cookies are given out.</para>
/// </remarks>
internal sealed class SynCookies(IEntropy entropy)
{
    private const int SecretLength = 32;
    private const int CountBits = 5;
    private const int CountShift = 27;
    private const int SizeShift = 24;
    private const uint AuthenticatorMask = (1u << SizeShift) - 1;
    private const uint OptionMask = 0x3F;
    private const uint SackBit = 0x10;
    private const uint ScaleMask = 0x0F;
    private const uint NoScale = 0x0F;

    // A cookie is good for its own period and the next: beyond the time after which a peer would have sent its ACK again.
    private const long PeriodMicros = 64_000_000;
    private const int Periods = 2;
    private byte[]? _secret;
    private Instant _lastGivenAt;

    // The sizes that are met most, and ends to both sides; the next smaller one is remembered.
    private static ReadOnlySpan<ushort> SegmentSizes => [64, 536, 1_220, 1_340, 1_400, 1_440, 1_460, 8_940];

    /// <summary>Makes the cookie for a SYN.</summary>
    public SynCookie Give(in ParsedPacket syn, Instant now)
    {
        if (_secret is null)
        {
            _secret = new byte[SecretLength];
            entropy.Fill(_secret);
        }

        _lastGivenAt = now;
        var count = now.Micros / PeriodMicros;
        var size = IndexOf(syn.Options.Mss ?? SegmentSizes[1]);
        ref readonly var options = ref syn.Options;
        var bits = options.Timestamps is null ? NoScale : (options.WindowScale ?? NoScale) | (options.SackPermitted ? SackBit : 0);
        return Make(syn.Tuple, syn.Seq, count, size, bits);
    }

    /// <summary>Takes back the cookie of the segment that completes a handshake.</summary>
    /// <param name="ack">A segment with ACK.</param>
    /// <param name="now">The time.</param>
    /// <param name="cookie">The cookie.</param>
    /// <returns>Whether it is ours, of this peer, and fresh.</returns>
    public bool TryTakeBack(in ParsedPacket ack, Instant now, out SynCookie cookie)
    {
        cookie = default;
        if (_secret is null || now.Micros - _lastGivenAt.Micros > Periods * PeriodMicros)
        {
            return false;
        }

        var initial = (ack.Ack - 1).Value;
        var count = now.Micros / PeriodMicros;
        var age = (count - (initial >> CountShift)) & ((1 << CountBits) - 1);
        if (age >= Periods)
        {
            return false;
        }

        var size = (int)(initial >> SizeShift) & (SegmentSizes.Length - 1);
        var bits = ack.Options.Timestamps is { } stamps ? stamps.Echo & OptionMask : NoScale;
        cookie = Make(ack.Tuple, ack.Seq - 1, count - age, size, bits);
        return cookie.Initial.Value == initial;
    }

    /// <summary>The value of our timestamp on the SYN/ACK: not above the clock's, so that later ones are not below.</summary>
    public static uint Stamp(in SynCookie cookie, uint clock)
    {
        var stamp = (clock & ~OptionMask) | cookie.OptionBits;
        return unchecked((int)(stamp - clock)) > 0 ? stamp - (OptionMask + 1) : stamp;
    }

    private static int IndexOf(ushort size)
    {
        var index = SegmentSizes.Length - 1;
        while (index > 0 && SegmentSizes[index] > size)
        {
            index--;
        }

        return index;
    }

    private SynCookie Make(in FourTuple tuple, Seq32 peerInitial, long count, int size, uint bits)
    {
        Span<byte> message = stackalloc byte[(2 * (IpAddr.V6Length + sizeof(ushort))) + sizeof(uint) + sizeof(long) + 2];
        BinaryPrimitives.WriteUInt64BigEndian(message, tuple.Local.Address.High);
        BinaryPrimitives.WriteUInt64BigEndian(message[8..], tuple.Local.Address.Low);
        BinaryPrimitives.WriteUInt64BigEndian(message[16..], tuple.Remote.Address.High);
        BinaryPrimitives.WriteUInt64BigEndian(message[24..], tuple.Remote.Address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(message[32..], tuple.Local.Port);
        BinaryPrimitives.WriteUInt16BigEndian(message[34..], tuple.Remote.Port);
        BinaryPrimitives.WriteUInt32BigEndian(message[36..], peerInitial.Value);
        BinaryPrimitives.WriteInt64BigEndian(message[40..], count);
        message[48] = (byte)size;
        message[49] = (byte)bits;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret!, message, hash);
        var authenticator = BinaryPrimitives.ReadUInt32BigEndian(hash) & AuthenticatorMask;
        var initial = ((uint)count << CountShift) | ((uint)size << SizeShift) | authenticator;
        return new SynCookie(
            new Seq32(initial),
            BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(hash[16..]),
            SegmentSizes[size],
            bits);
    }

    /// <summary>What a cookie stands for.</summary>
    /// <param name="Initial">Our initial sequence number.</param>
    /// <param name="Key">Our key of Multipath TCP, or where the search for one begins.</param>
    /// <param name="TimestampOffset">Where the clock of our timestamps starts.</param>
    /// <param name="Mss">The peer's segment size, or the next smaller one that can be said.</param>
    /// <param name="OptionBits">The peer's window scale, and whether it takes selective acknowledgments.</param>
    internal readonly record struct SynCookie(Seq32 Initial, ulong Key, uint TimestampOffset, ushort Mss, uint OptionBits)
    {
        /// <summary>The peer's window scale; null when windows are not scaled.</summary>
        public byte? WindowScale => (OptionBits & ScaleMask) == NoScale ? null : (byte)(OptionBits & ScaleMask);

        /// <summary>Whether the peer takes selective acknowledgments.</summary>
        public bool SackPermitted => (OptionBits & SackBit) != 0;
    }
}
