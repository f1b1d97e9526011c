using Grpc.Core;
using Grpc.Net.Client;

namespace Grpc.Client;

/// <summary>Makes calls on a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall(channel, method, options);
        var responses = new ResponseReader<TResponse>(call, method.ResponseMarshaller);
        call.Start(UnaryContent.Of(request, method.RequestMarshaller, call));
        return new AsyncUnaryCall<TResponse>(responses.ReadSingleAsync(), call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall(channel, method, options);
        var responses = new ResponseReader<TResponse>(call, method.ResponseMarshaller);
        call.Start(UnaryContent.Of(request, method.RequestMarshaller, call));
        return new AsyncServerStreamingCall<TResponse>(responses, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall(channel, method, options);
        var content = new StreamingContent();
        var requests = new RequestWriter<TRequest>(call, content, method.RequestMarshaller);
        var responses = new ResponseReader<TResponse>(call, method.ResponseMarshaller);
        call.Start(content);
        return new AsyncClientStreamingCall<TRequest, TResponse>(requests, responses.ReadSingleAsync(), call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall(channel, method, options);
        var content = new StreamingContent();
        var requests = new RequestWriter<TRequest>(call, content, method.RequestMarshaller);
        var responses = new ResponseReader<TResponse>(call, method.ResponseMarshaller);
        call.Start(content);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(requests, responses, call);
    }
}
