namespace Grpc.Core;

/// <summary>The base of generated clients.</summary>
/// <typeparam name="T">The generated client.</typeparam>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>Makes a client that cannot call, for test doubles.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Makes a client of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>Makes a client on a channel.</summary>
    /// <param name="channel">The channel.</param>
    public ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <summary>Makes a client on an invoker.</summary>
    /// <param name="callInvoker">What makes the calls.</param>
    public ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>Makes a client of the same type; generated code implements it.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>The client.</returns>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}

/// <summary>The base of generated clients, without their type.</summary>
public abstract class ClientBase
{
    private readonly CallInvoker? _invoker;

    /// <summary>Makes a client that cannot call, for test doubles.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Makes a client of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _invoker = configuration.Invoker;
    }

    /// <summary>Makes a client on a channel.</summary>
    /// <param name="channel">The channel.</param>
    public ClientBase(ChannelBase channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _invoker = channel.CreateCallInvoker();
    }

    /// <summary>Makes a client on an invoker.</summary>
    /// <param name="callInvoker">What makes the calls.</param>
    public ClientBase(CallInvoker callInvoker)
    {
        ArgumentNullException.ThrowIfNull(callInvoker);
        _invoker = callInvoker;
    }

    /// <summary>What makes the calls.</summary>
    protected CallInvoker CallInvoker =>
        _invoker ?? throw new InvalidOperationException("This client was made without a channel: a test double must override its methods.");

    /// <summary>What a client is made of; opaque to generated code.</summary>
    protected internal class ClientBaseConfiguration
    {
        internal ClientBaseConfiguration(CallInvoker invoker) => Invoker = invoker;

        internal CallInvoker Invoker { get; }
    }
}
