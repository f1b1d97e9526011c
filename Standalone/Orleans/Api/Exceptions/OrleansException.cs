namespace Orleans.Runtime;

/// <summary>Base class of the runtime's own exceptions.</summary>
public class OrleansException : Exception
{
    /// <summary>Without a text.</summary>
    public OrleansException()
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="message">What went wrong.</param>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The runtime did not take a call.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The host is not started, or is stopping and makes no new activations.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>Without a text.</summary>
    public SiloUnavailableException()
        : base("The silo is not available.")
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="msg">What went wrong.</param>
    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The observer that was called has been deleted or collected.</summary>
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(GrainId id)
        : base($"The observer {id} is gone: its reference was deleted, or the object was collected because nothing held it.")
    {
    }
}

/// <summary>An activation has more requests than its limit: the caller should slow down.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>Without details.</summary>
    public LimitExceededException()
        : base("A limit was exceeded.")
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="message">What went wrong.</param>
    public LimitExceededException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>With the limit.</summary>
    /// <param name="limitName">The option that sets it.</param>
    /// <param name="current">How much there is.</param>
    /// <param name="threshold">How much may be.</param>
    /// <param name="extraInfo">Where.</param>
    public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
        : base($"{limitName} is {threshold}, but {extraInfo} has {current} requests.")
    {
    }
}
