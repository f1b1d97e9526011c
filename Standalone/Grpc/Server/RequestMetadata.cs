using Grpc.Core;
using Grpc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Grpc.Server;

/// <summary>The metadata in a request's headers.</summary>
internal static class RequestMetadata
{
    /// <summary>Whether every header of bytes can be read; cheap when there is none.</summary>
    public static bool IsWellFormed(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var scratch = new Metadata();
            foreach (var value in values)
            {
                if (!MetadataText.TryAdd(scratch, name, value ?? ""))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The metadata of a well-formed request.</summary>
    public static Metadata Read(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            if (HeaderNames.IsTransport(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                MetadataText.TryAdd(metadata, name, value ?? "");
            }
        }

        return metadata;
    }
}
