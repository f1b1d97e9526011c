namespace Grpc.Core;

/// <summary>How a call ended. The numbers are the wire values of <c>grpc-status</c>.</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>The cause is not known, or belongs to another error space.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended. The work may have been done nevertheless.</summary>
    DeadlineExceeded = 4,

    /// <summary>The thing asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>The thing to create exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a size limit or memory is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs; retrying does not help until it is.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against a concurrent change.</summary>
    Aborted = 10,

    /// <summary>The call reached past the end of something.</summary>
    OutOfRange = 11,

    /// <summary>The method is not known or not supported.</summary>
    Unimplemented = 12,

    /// <summary>An invariant is broken: a malformed message, a broken frame.</summary>
    Internal = 13,

    /// <summary>The service is not reachable now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>Data are lost or corrupt beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not prove who it is.</summary>
    Unauthenticated = 16,
}
