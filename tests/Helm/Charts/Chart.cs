using Multipath.Helm.Tests.Support;
using Multipath.Helm.Tests.Templates;

namespace Multipath.Helm.Tests.Charts;

/// <summary>The chart, rendered as <c>helm template</c> does, for release <c>fleet</c> in namespace <c>prod</c>.</summary>
internal sealed class Chart
{
    internal const string Path = "helm/multipath";
    internal const string Release = "fleet";
    internal const string Namespace = "prod";

    private readonly Dictionary<string, Node[]> _defined = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Node[]> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, object?> _about;

    private Chart()
    {
        var folder = System.IO.Path.Combine(Repository.Root, Path);
        _about = Yaml.Read(Repository.Read($"{Path}/Chart.yaml"));
        Defaults = Yaml.Read(Repository.Read($"{Path}/values.yaml"));
        var templates = System.IO.Path.Combine(folder, "templates");
        foreach (var file in Directory.EnumerateFiles(templates, "*", SearchOption.AllDirectories))
        {
            _files[System.IO.Path.GetRelativePath(templates, file)] = Parser.Parse(File.ReadAllText(file), _defined);
        }
    }

    internal static Chart Ours { get; } = new();

    /// <summary>values.yaml.</summary>
    internal SortedDictionary<string, object?> Defaults { get; }

    /// <summary>Chart.yaml.</summary>
    internal IReadOnlyDictionary<string, object?> About => _about;

    /// <summary>The least that an operator has to give.</summary>
    internal const string LeastValues = "database: {existingSecret: fleet-database}";

    /// <summary>Every switch the other way and every list and map filled.</summary>
    internal const string AllValues = """
        nameOverride: control
        commonLabels: {team: "net", cost-centre: "4711"}
        images: {registry: "registry.example.com/team", tag: v2, pullPolicy: Always, pullSecrets: [pull-a, pull-b]}
        database: {existingSecret: fleet-database, migratorSecret: fleet-migrator, migratorKey: url, siloRole: mpsilo, port: 6432}
        cluster: {id: east}
        tls: {existingSecret: fleet-tls}
        telemetry: {otlpEndpoint: "http://collector.monitoring:4317"}
        silo:
          service:
            type: LoadBalancer
            annotations: {example.com/class: internal}
            loadBalancerSourceRanges: [198.51.100.0/24, "2001:db8::/32"]
          autoscaling: {enabled: true}
          networkPolicy:
            from: [{ipBlock: {cidr: 198.51.100.0/24}}]
            scrapeFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
            extraEgress: [{ports: [{port: 443, protocol: TCP}]}]
          serviceMonitor: {enabled: true, labels: {release: prometheus}}
          extraEnv: [{name: A, value: "1"}, {name: B, valueFrom: {configMapKeyRef: {name: c, key: k}}}]
          podAnnotations: {example.com/note: "yes"}
          nodeSelector: {disk: ssd}
          tolerations: [{key: dedicated, operator: Equal, value: control, effect: NoSchedule}]
          affinity:
            nodeAffinity:
              preferredDuringSchedulingIgnoredDuringExecution:
              - {weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}
          priorityClassName: high
        agent:
          silo: "https://silo.example.com:5301"
          labels: {class: van, team: logistics}
          processNames: true
          metrics: {enabled: true, port: 9500}
          podMonitor: {enabled: true, labels: {release: prometheus}}
          tuneRoutes: false
          maxUnavailable: 2
          extraEnv: [{name: C, value: "2"}]
          podAnnotations: {example.com/note: "no"}
          nodeSelector: {mptcp: "on"}
          affinity: {podAntiAffinity: {}}
          priorityClassName: system-node-critical
        """;

    /// <summary>What helm would apply, hooks and tests among it, by this machine's helm or, without one, by our own renderer.</summary>
    internal static IReadOnlyList<Manifest> Render(string values) =>
        RealHelm.IsHere ? RealHelm.Render(values) : Ours.RenderOurselves(values);

    /// <summary>By our own renderer.</summary>
    internal IReadOnlyList<Manifest> RenderOurselves(string values) =>
        [.. _files.Keys.Where(IsManifest).SelectMany(file => Yaml.ReadAll(RenderFile(file, values))).Select(value => new Manifest(value))];

    /// <summary>What helm says once it has installed.</summary>
    internal string Notes(string values) => RenderFile("NOTES.txt", values);

    private static bool IsManifest(string file) => System.IO.Path.GetExtension(file) == ".yaml";

    private string RenderFile(string file, string values)
    {
        var root = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Values"] = Yaml.Merge(Defaults, Yaml.Read(values)),
            ["Chart"] = new SortedDictionary<string, object?>(StringComparer.Ordinal)
            {
                ["Name"] = _about["name"],
                ["Version"] = _about["version"],
                ["AppVersion"] = _about["appVersion"],
            },
            ["Release"] = new SortedDictionary<string, object?>(StringComparer.Ordinal)
            {
                ["Name"] = Release,
                ["Namespace"] = Namespace,
                ["Service"] = "Helm",
            },
        };
        try
        {
            return new Renderer(_defined).Render(_files[file], root);
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{file}: {e.Message}");
        }
    }
}
