using System.Diagnostics;

namespace Multipath.TestKit;

/// <summary>Bounded waits on the real machine, for what tells nobody when it happens.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="what">For the failure's text.</param>
    /// <param name="question">Asked every few milliseconds.</param>
    /// <param name="patience">10 seconds when not given.</param>
    /// <exception cref="TimeoutException">It never was.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> question, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        var began = Stopwatch.GetTimestamp();
        while (!await question())
        {
            if (Stopwatch.GetElapsedTime(began) > (patience ?? TimeSpan.FromSeconds(10)))
            {
                throw new TimeoutException($"It did not come to hold that {what}.");
            }

            await Task.Delay(Pause);
        }
    }

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}}, TimeSpan?)"/>
    public static Task HoldsAsync(string what, Func<bool> question, TimeSpan? patience = null) =>
        HoldsAsync(what, () => Task.FromResult(question()), patience);

    /// <summary>Asks for a while, and fails as soon as the answer is no.</summary>
    /// <param name="what">For the failure's text.</param>
    /// <param name="question">Asked every few milliseconds.</param>
    /// <param name="duration">For how long.</param>
    /// <exception cref="TimeoutException">It was not.</exception>
    public static async Task StaysAsync(string what, Func<bool> question, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(question);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            if (!question())
            {
                throw new TimeoutException($"It did not stay so that {what}.");
            }

            await Task.Delay(Pause);
        }
    }
}
