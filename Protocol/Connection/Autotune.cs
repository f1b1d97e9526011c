using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>Lets the receive window grow while the application reads what comes within a round trip (dynamic right-sizing).</summary>
/// <remarks>Half a window read in a round trip says that the sender is, or soon will be, limited by the window.</remarks>
internal sealed class Autotune(Session s)
{
    private Instant _roundStart;
    private long _read;

    /// <summary>The application has read.</summary>
    /// <returns>Whether the window is to grow.</returns>
    public bool HandleRead(int count, Instant now)
    {
        _read += count;
        if (now - _roundStart < RoundTrip())
        {
            return false;
        }

        var grows = 2 * _read >= s.Receive.WindowSize;
        _roundStart = now;
        _read = 0;
        return grows;
    }

    // The longest: what comes over the slowest subflow must fit as well (RFC 8684 section 3.3.4).
    private Duration RoundTrip()
    {
        var longest = Duration.Zero;
        foreach (var m in s.Members)
        {
            if (m is not null && m.IsUsable)
            {
                longest = Duration.Longer(longest, m.Tcp.Rtt.Smoothed);
            }
        }

        return longest;
    }
}
