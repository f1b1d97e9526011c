using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

// The part of Aspire's model that the orchestrator uses, with its names and shapes; resources record what is asked of them.

public interface IResource
{
    string Name { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithConnectionString : IResource
{
    ReferenceExpression ConnectionStringExpression { get; }
}

public interface IResourceBuilder<out T>
    where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

public abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    /// <summary>Values as text; what is known only at run time stands in braces.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public List<string> References { get; } = [];
}

public sealed class ProjectResource(string name, Type project) : Resource(name), IResourceWithEnvironment, IResourceWithEndpoints
{
    public Type Project { get; } = project;

    public List<string> Arguments { get; } = [];

    public List<EndpointAnnotation> Endpoints { get; } = [];

    public List<string> WaitsFor { get; } = [];

    public Dictionary<string, string> Urls { get; } = new(StringComparer.Ordinal);

    public string? HealthCheck { get; set; }

    public bool IsLaunchProfileExcluded { get; set; }
}

public sealed class PostgresServerResource(string name) : Resource(name), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression => new($"{{{Name}}}");
}

public sealed class PostgresDatabaseResource(string name, PostgresServerResource parent) : Resource(name), IResourceWithConnectionString
{
    public PostgresServerResource Parent { get; } = parent;

    public ReferenceExpression ConnectionStringExpression => new($"{{{Name}}}");
}

public sealed class ConnectionStringResource(string name) : Resource(name), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression => new($"{{{Name}}}");
}

public sealed class EndpointAnnotation(string name)
{
    public string Name { get; } = name;

    public string Transport { get; set; } = "http";
}

public sealed class ResourceUrlAnnotation
{
    public string Url { get; set; } = "";

    public string? DisplayText { get; set; }
}

public enum EndpointProperty
{
    Url,
    TargetPort,
}

public sealed class EndpointReference(IResource resource, string name)
{
    public EndpointReferenceExpression Property(EndpointProperty property) => new($"{{{resource.Name}.{name}.{property}}}");

    public override string ToString() => Property(EndpointProperty.Url).ToString();
}

public sealed class EndpointReferenceExpression(string text)
{
    public override string ToString() => text;
}

public sealed class ReferenceExpression(string text)
{
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => new(handler.Text);

    public override string ToString() => text;

    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler
    {
        private readonly StringBuilder _text;

        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) =>
            _text = new StringBuilder(literalLength + formattedCount);

        public string Text => _text.ToString();

        public void AppendLiteral(string value) => _text.Append(value);

        public void AppendFormatted(EndpointReferenceExpression value) => _text.Append(value);
    }
}
