namespace Grpc.Core;

/// <summary>What all four kinds of call share.</summary>
internal interface ICallState : IDisposable
{
    Task<Metadata> ResponseHeadersAsync { get; }

    Status GetStatus();

    Metadata GetTrailers();
}

/// <summary>The state of a call that a test double made of delegates.</summary>
internal sealed class DelegateCallState(
    Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose) : ICallState
{
    public Task<Metadata> ResponseHeadersAsync => responseHeaders;

    public Status GetStatus() => status();

    public Metadata GetTrailers() => trailers();

    public void Dispose() => dispose();
}
