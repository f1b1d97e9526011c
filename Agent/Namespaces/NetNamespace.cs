using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Namespaces;

/// <summary>
/// Work inside a named network namespace (/var/run/netns, as <c>ip netns</c> makes them). A socket belongs for life to the namespace in
/// which it was opened, so it is enough to open it there; /proc/sys/net has to be read there too.
/// </summary>
public static class NetNamespace
{
    private const string Folder = "/var/run/netns";

    /// <summary>
    /// Runs a function on a thread of its own that has entered the namespace, and waits for it. The function must not await: what resumes
    /// on another thread is outside again.
    /// </summary>
    /// <param name="name">Null or empty for the namespace of this process; then the function runs on the calling thread.</param>
    /// <param name="function">Throws through to the caller.</param>
    /// <returns>What the function returns.</returns>
    /// <exception cref="InvalidOperationException">There is no such namespace, or no right to enter it.</exception>
    public static T Run<T>(string? name, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (string.IsNullOrEmpty(name))
        {
            return function();
        }

        T? result = default;
        ExceptionDispatchInfo? failure = null;
        // The thread ends with its function: it never goes back to a pool while in another namespace.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(name);
                result = function();
            }
#pragma warning disable CA1031 // Every failure is carried to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = $"netns {name}" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static void Enter(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name is "." or "..")
        {
            throw new InvalidOperationException($"'{name}' is not the name of a network namespace.");
        }

        var descriptor = Libc.Open($"{Folder}/{name}", Libc.OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw Failure(name, Marshal.GetLastPInvokeError());
        }

        var entered = Libc.SetNs(descriptor, Libc.CloneNewNet);
        var errno = Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        if (entered < 0)
        {
            throw Failure(name, errno);
        }
    }

    private static InvalidOperationException Failure(string name, int errno) => new(errno switch
    {
        Errno.NoEntry => $"There is no network namespace '{name}'; `ip netns list` shows those that are.",
        Errno.NotPermitted or Errno.Access => $"Cannot enter network namespace '{name}': run as root, or with CAP_SYS_ADMIN.",
        _ => $"Cannot enter network namespace '{name}': {Errno.Name(errno)}.",
    });
}
