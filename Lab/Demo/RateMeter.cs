namespace Multipath.Lab.Demo;

/// <summary>Mean rate over the last second, from a running count of bytes.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    private readonly Queue<(TimeSpan At, long Bytes)> _samples = new();

    /// <summary>Takes the count at <paramref name="at"/> and returns the rate, Mbit/s.</summary>
    public double Add(TimeSpan at, long bytes)
    {
        _samples.Enqueue((at, bytes));
        while (_samples.Count > 2 && at - _samples.Peek().At > _window)
        {
            _samples.Dequeue();
        }

        var (since, before) = _samples.Peek();
        return at > since ? (bytes - before) * 8 / 1e6 / (at - since).TotalSeconds : 0;
    }
}
