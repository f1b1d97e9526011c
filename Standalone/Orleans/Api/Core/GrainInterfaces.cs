using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything that a reference can stand for: a grain or an observer.</summary>
    public interface IAddressable
    {
    }
}

namespace Orleans
{
    /// <summary>The root of all grain interfaces.</summary>
    public interface IGrain : IAddressable
    {
    }

    /// <summary>A grain whose identity is a string.</summary>
    public interface IGrainWithStringKey : IGrain
    {
    }

    /// <summary>The root of the interfaces of objects that grains notify. A method that returns nothing is one-way.</summary>
    public interface IGrainObserver : IAddressable
    {
    }

    /// <summary>What every grain class implements; <see cref="Grain"/> does it for those that derive from it.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation that runs this instance.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>Runs before the first request, after the states were read. A failure is the answer to the waiting callers.</summary>
        /// <param name="token">Cancelled when the activation takes longer than the configured timeout.</param>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last request of this instance.</summary>
        /// <param name="reason">Why the instance goes.</param>
        /// <param name="token">Cancelled when the deactivation takes longer than the configured timeout.</param>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }
}
