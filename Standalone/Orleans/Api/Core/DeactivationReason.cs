namespace Orleans;

/// <summary>Why an activation goes.</summary>
public readonly struct DeactivationReason
{
    /// <summary>A reason without an exception.</summary>
    /// <param name="code">The kind.</param>
    /// <param name="text">What a person reads in the log.</param>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>A reason with the exception that caused it.</summary>
    /// <param name="code">The kind.</param>
    /// <param name="exception">The cause.</param>
    /// <param name="text">What a person reads in the log.</param>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>What a person reads in the log.</summary>
    public string Description { get; }

    /// <summary>The kind.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The cause, if it was an exception.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString()
        => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} ({Exception.Message})";
}

/// <summary>Kinds of <see cref="DeactivationReason"/> that one process can have.</summary>
#pragma warning disable CA1028 // The real type is a byte.
public enum DeactivationReasonCode : byte
#pragma warning restore CA1028
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>The host stops.</summary>
    ShuttingDown = 1,

    /// <summary>Construction, reading state or <c>OnActivateAsync</c> failed.</summary>
    ActivationFailed = 2,

    /// <summary>No request came for the collection age.</summary>
    ActivationIdle = 4,

    /// <summary>A request failed in a way that makes the instance's state doubtful.</summary>
    ApplicationError = 8,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested = 9,
}
