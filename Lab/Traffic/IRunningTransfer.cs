namespace Multipath.Lab.Traffic;

/// <summary>A transfer under way.</summary>
internal interface IRunningTransfer
{
    /// <summary>Bytes received so far.</summary>
    long ReceivedBytes { get; }

    /// <summary>Waits for both ends and returns what came of it.</summary>
    Task<TransferResult> WaitAsync(CancellationToken cancellation);
}
