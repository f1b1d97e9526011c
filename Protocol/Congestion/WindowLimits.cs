namespace Multipath.Protocol.Congestion;

/// <summary>Bounds that every congestion window keeps.</summary>
public static class WindowLimits
{
    /// <summary>Segments that a reduced window still holds: with fewer, a loss shows by a timeout only (RFC 5681 equation 4).</summary>
    public const int MinimumSegments = 2;

    /// <summary>The largest window: what fits a shifted window field (RFC 7323 section 2.3), so that no sum of two overflows.</summary>
    public const int MaximumWindow = 1 << 30;

    /// <summary>The first window, bytes: ten segments, or fewer large ones (RFC 6928 section 2).</summary>
    /// <param name="mss">Bytes of payload in a full segment.</param>
    public static int InitialWindow(int mss) => (int)Math.Min(10L * mss, Math.Max(2L * mss, 14_600));

    /// <summary>
    /// The window with which a subflow that begins takes over from one that died: its first window and beside it, up to as much again, what
    /// the other carried. Most of that had reached the peer, only its acknowledgments died on the way back; sent again it would use up the
    /// first window and new data wait for a round trip more. A window that has grown or shrunk since its beginning stays.
    /// </summary>
    /// <param name="window">Bytes.</param>
    /// <param name="threshold">The slow-start threshold.</param>
    /// <param name="mss">Bytes of payload in a full segment.</param>
    /// <param name="carried">Bytes that the other subflow carried.</param>
    public static int Takeover(int window, int threshold, int mss, int carried)
    {
        var first = InitialWindow(mss);
        return window < first ? window : Math.Max(window, Math.Min(first + Math.Min(carried, first), threshold));
    }

    /// <summary>A window within the bounds.</summary>
    /// <param name="window">Bytes.</param>
    /// <param name="mss">Bytes of payload in a full segment.</param>
    /// <param name="segments">Full segments that it holds at least.</param>
    public static int Clamp(double window, int mss, int segments) =>
        (int)Math.Min(Math.Max(window, (double)segments * mss), MaximumWindow);
}
