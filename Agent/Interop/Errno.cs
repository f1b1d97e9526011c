namespace Multipath.Agent.Interop;

/// <summary>Error numbers of Linux (asm-generic/errno.h) and their names.</summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int NoSuchProcess = 3;
    internal const int Interrupted = 4;
    internal const int Again = 11;
    internal const int Access = 13;
    internal const int Busy = 16;
    internal const int Exists = 17;
    internal const int Invalid = 22;
    internal const int NoSpace = 28;
    internal const int BadMessage = 74;
    internal const int NoProtocolOption = 92;
    internal const int ProtocolNotSupported = 93;
    internal const int NotSupported = 95;
    internal const int AddressInUse = 98;
    internal const int AddressNotAvailable = 99;
    internal const int NetworkUnreachable = 101;
    internal const int ConnectionReset = 104;
    internal const int NoBuffers = 105;
    internal const int NotConnected = 107;
    internal const int TimedOut = 110;
    internal const int ConnectionRefused = 111;

    /// <summary>The highest that the kernel has (EHWPOISON).</summary>
    private const int Last = 133;

    /// <summary>The number of a C name; 0 for one that this table does not know.</summary>
    internal static int Number(string name) => Enumerable.Range(1, Last).FirstOrDefault(number => Name(number) == name);

    /// <summary>The C name, such as EINVAL; the plain number for one that this table does not know.</summary>
    internal static string Name(int errno) => errno switch
    {
        1 => "EPERM",
        2 => "ENOENT",
        3 => "ESRCH",
        4 => "EINTR",
        5 => "EIO",
        6 => "ENXIO",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        14 => "EFAULT",
        16 => "EBUSY",
        17 => "EEXIST",
        19 => "ENODEV",
        20 => "ENOTDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        28 => "ENOSPC",
        30 => "EROFS",
        32 => "EPIPE",
        34 => "ERANGE",
        38 => "ENOSYS",
        71 => "EPROTO",
        74 => "EBADMSG",
        90 => "EMSGSIZE",
        92 => "ENOPROTOOPT",
        93 => "EPROTONOSUPPORT",
        95 => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        98 => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        100 => "ENETDOWN",
        101 => "ENETUNREACH",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        106 => "EISCONN",
        107 => "ENOTCONN",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        113 => "EHOSTUNREACH",
        114 => "EALREADY",
        115 => "EINPROGRESS",
        _ => $"errno {errno}",
    };
}
