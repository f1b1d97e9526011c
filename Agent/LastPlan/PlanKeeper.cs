namespace Multipath.Agent.LastPlan;

/// <summary>
/// Keeps plans off the caller's thread, which must not wait for a disk: one writer, and of the plans that wait for it only the newest. What
/// is on the disk in the end is therefore the plan that came last.
/// </summary>
/// <param name="save">Keeps one; null when it is kept, else why not. Never called twice at a time.</param>
/// <param name="warn">Told why a plan is not kept.</param>
internal sealed class PlanKeeper(Func<KeptPlan, string?> save, Action<string> warn) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private KeptPlan? _next;
    private bool _isWriting;
    private Task _writer = Task.CompletedTask;

    /// <summary>Keeps a plan, at leisure. Any thread.</summary>
    public void Keep(KeptPlan plan)
    {
        lock (_gate)
        {
            _next = plan;
            if (!_isWriting)
            {
                _isWriting = true;
                _writer = Task.Run(Write);
            }
        }
    }

    /// <summary>Waits until the newest plan is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        Task writer;
        lock (_gate)
        {
            writer = _writer;
        }

        await writer;
    }

    private void Write()
    {
        while (Take() is { } plan)
        {
            if (Save(plan) is { } trouble)
            {
                warn(trouble);
            }
        }
    }

    private string? Save(KeptPlan plan)
    {
        try
        {
            return save(plan);
        }
        catch (Exception e)
        {
            // The writer has to live for the plans to come.
            return $"the plan cannot be kept: {e.Message}";
        }
    }

    private KeptPlan? Take()
    {
        lock (_gate)
        {
            var plan = _next;
            _next = null;
            _isWriting = plan is not null;
            return plan;
        }
    }
}
