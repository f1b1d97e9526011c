using System.Net;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>The body of a request, released when its call ends.</summary>
internal abstract class RequestContent : HttpContent
{
    /// <summary>Lets go of what waits in the body because the call has ended.</summary>
    public abstract void End();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}

/// <summary>One message.</summary>
internal sealed class UnaryContent : RequestContent
{
    private readonly PooledBuffer _frame = new();

    private UnaryContent()
    {
    }

    /// <summary>The body of a message; null when the message cannot be sent, which has then ended the call.</summary>
    public static UnaryContent? Of<T>(T message, Marshaller<T> marshaller, ClientCall call)
    {
        var content = new UnaryContent();
        try
        {
            call.Messages.Write(message, marshaller.ContextualSerializer, content._frame, call.Options.WriteOptions);
            return content;
        }
        catch (Exception e)
        {
            call.Finish(ClientStatus.OfSerializer(e));
            return null;
        }
    }

    public override void End()
    {
        // The transport may still read the buffer when a call is cancelled: it is left to the garbage collector.
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_frame.Written, cancellationToken);
        _frame.Release();
    }
}

/// <summary>Many messages: lends the transport's stream to the writer of requests until it completes or the call ends.</summary>
internal sealed class StreamingContent : RequestContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stream, once the request's headers are sent; cancelled when the call ends before.</summary>
    public Task<Stream> Stream => _stream.Task;

    /// <summary>Ends the request's body.</summary>
    public void Complete() => _completed.TrySetResult();

    public override void End()
    {
        _stream.TrySetCanceled();
        _completed.TrySetResult();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Sends the headers now: a server may answer before the first message.
        await stream.FlushAsync(cancellationToken);
        _stream.TrySetResult(stream);
        await _completed.Task.WaitAsync(cancellationToken);
    }
}
