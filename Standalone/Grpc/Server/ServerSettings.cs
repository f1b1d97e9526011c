using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Logging;

namespace Grpc.Server;

/// <summary>What all calls of a mapped service share.</summary>
internal sealed record ServerSettings(GrpcServiceOptions Options, ServerDrain Drain, TimeProvider Time, ILogger Log)
{
    public int MaxSendBytes => Options.MaxSendMessageSize ?? int.MaxValue;

    public int MaxReceiveBytes => Options.MaxReceiveMessageSize ?? int.MaxValue;
}
