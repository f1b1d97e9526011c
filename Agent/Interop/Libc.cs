using System.Runtime.InteropServices;

namespace Multipath.Agent.Interop;

/// <summary>The few calls of the C library that .NET has no door to. Each returns -1 and sets errno when it fails.</summary>
internal static unsafe partial class Libc
{
    internal const int AfInet = 2;
    internal const int AfInet6 = 10;
    internal const int AfNetlink = 16;
    internal const int SockStream = 1;
    internal const int SockRaw = 3;
    internal const int SockCloseOnExec = 0x80000;
    internal const int SolSocket = 1;
    internal const int SoReceiveTimeout = 20;
    internal const int SoReceiveBufferForce = 33;
    internal const int MessageTruncated = 0x20;
    internal const int MessageDontWait = 0x40;
    internal const short PollIn = 1;
    internal const int CloneNewNet = 0x40000000;
    internal const int OpenReadWrite = 2;
    internal const int OpenNonBlocking = 0x800;
    internal const int OpenCloseOnExec = 0x80000;
    internal const uint FilesystemCloseOnExec = 1;
    internal const uint FilesystemCreate = 6;
    internal const uint MountCloseOnExec = 1;
    internal const int EventNonBlocking = 0x800;
    internal const int EventCloseOnExec = 0x80000;
    internal const int ProcessTimerSlack = 29;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int descriptor, ReadOnlySpan<byte> address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetSockName(int descriptor, Span<byte> address, ref uint length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    internal static partial nint SendTo(int descriptor, ReadOnlySpan<byte> data, nuint length, int flags,
        ReadOnlySpan<byte> address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    internal static partial nint ReceiveFrom(int descriptor, Span<byte> data, nuint length, int flags,
        Span<byte> address, ref uint addressLength);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSockOpt(int descriptor, int level, int name, ReadOnlySpan<byte> value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSockOpt(int descriptor, int level, int name, Span<byte> value, ref uint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(Span<PollEntry> entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(int descriptor, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    internal static partial int PrecisePoll(PollEntry* entries, nuint count, TimeSpec* timeout, void* signalMask);

    /// <summary>For options that take one number; the others are 0.</summary>
    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNs(int descriptor, int type);

    /// <summary>fsopen: a file system that is to be mounted.</summary>
    internal static int OpenFilesystem(string type, uint flags) => (int)SystemCall(430, type, flags);

    /// <summary>fsconfig; with FSCONFIG_CMD_CREATE the last three are 0.</summary>
    internal static int ConfigureFilesystem(int context, uint command, nint key, nint value, nint auxiliary) =>
        (int)SystemCall(431, context, (nint)command, key, value, auxiliary);

    /// <summary>fsmount: mounts it, but nowhere.</summary>
    internal static int MountFilesystem(int context, uint flags, uint attributes) =>
        (int)SystemCall(432, context, (nint)flags, (nint)attributes, 0, 0);

    /// <summary>io_uring_setup.</summary>
    internal static int SetUpRing(uint entries, byte* parameters) => (int)SystemCall(425, (nint)entries, (nint)parameters, 0, 0, 0, 0);

    /// <summary>io_uring_enter.</summary>
    internal static int EnterRing(int ring, uint submit, uint waitFor, uint flags) =>
        (int)SystemCall(426, ring, (nint)submit, (nint)waitFor, (nint)flags, 0, 0);

    /// <summary>mmap of what a descriptor shares, to be read and written; null when it fails.</summary>
    internal static byte* MapShared(nuint length, int descriptor, nint offset)
    {
        const int ReadAndWrite = 3;
        const int SharedPopulated = 0x8001;
        var at = Map(null, length, ReadAndWrite, SharedPopulated, descriptor, offset);
        return (nint)at == -1 ? null : at;
    }

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Unmap(byte* at, nuint length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(byte* at, nuint length, int protection, int flags, int descriptor, nint offset);

    // The library has had doors to these since glibc 2.36 only; their numbers are the same on all architectures.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, string first, nuint second);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth = 0);

    /// <summary>The effective user id; 0 is root.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUserId();

    /// <summary>
    /// The failure of the call before: what was tried, and the name of its error number, which is the exception's HResult.
    /// </summary>
    internal static IOException Failure(string doing)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {doing}: {Errno.Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)}).", errno);
    }

    /// <summary><c>struct timespec</c> on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
