using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>A command that the kernel refused.</summary>
/// <param name="Operation">What was tried, as in "create a subflow".</param>
/// <param name="Errno">Linux's error number.</param>
/// <param name="Text">The kernel's own words (extended acknowledgement), where it gave any.</param>
internal sealed record KernelError(string Operation, int Errno, string? Text)
{
    /// <summary>The C name of the error number, such as EINVAL.</summary>
    internal string Name => Interop.Errno.Name(Errno);

    /// <summary>What a person can do about it; null where nothing better can be said than what the kernel said.</summary>
    internal string? Advice => KernelAdvice.For(Errno, Text);

    /// <summary>Null for success, so that a caller writes <c>if (plane.Create(…) is { } error)</c>.</summary>
    internal static KernelError? From(string operation, in NetlinkReply reply) =>
        reply.Ok ? null : new KernelError(operation, reply.Errno, reply.Text);

    /// <inheritdoc/>
    public override string ToString() =>
        $"Cannot {Operation}: {Name}{(Text is null ? "" : $" ({Text})")}.{(Advice is null ? "" : $" {Advice}")}";
}

/// <summary>A question to the kernel failed.</summary>
internal sealed class KernelException(KernelError error) : Exception(error.ToString())
{
    internal KernelError Error { get; } = error;
}
