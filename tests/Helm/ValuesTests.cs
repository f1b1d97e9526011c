using System.Text.Json;
using System.Text.Json.Nodes;
using Multipath.Helm.Tests.Charts;
using Multipath.Helm.Tests.Support;
using Multipath.Helm.Tests.Templates;
using NJsonSchema;

namespace Multipath.Helm.Tests;

/// <summary>values.schema.json refuses what the chart cannot use, and says where.</summary>
public sealed class ValuesTests
{
    private static readonly string SchemaText = Repository.Read($"{Chart.Path}/values.schema.json");

    [Theory]
    [InlineData("{}")]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public async Task Good_values_are_taken(string values) => Assert.Equal("", await Refusals(values));

    [Theory]
    [InlineData("silo: {replicas: 0}", "NumberTooSmall: #/silo.replicas")]
    [InlineData("silo: {replicas: two}", "IntegerExpected: #/silo.replicas")]
    [InlineData("silo: {replica: 3}", "NoAdditionalPropertiesAllowed: #/silo.replica")]
    [InlineData("silos: {replicas: 3}", "NoAdditionalPropertiesAllowed: #/silos")]
    [InlineData("silo: {resources: {limits: {cpu: 1}}}", "NoAdditionalPropertiesAllowed: #/silo.resources.limits.cpu")]
    [InlineData("silo: {resources: {limits: {memory: 1GB}}}", "NoTypeValidates: #/silo.resources.limits.memory")]
    [InlineData("silo: {service: {type: Loadbalancer}}", "NotInEnumeration: #/silo.service.type")]
    [InlineData("silo: {service: {loadBalancerSourceRanges: [everyone]}}", "ArrayItemNotValid: #/silo.service.loadBalancerSourceRanges[0]")]
    [InlineData("silo: {autoscaling: {maxReplicas: 700}}", "NumberTooBig: #/silo.autoscaling.maxReplicas")]
    [InlineData("silo: {networkPolicy: {enabled: 'no'}}", "BooleanExpected: #/silo.networkPolicy.enabled")]
    [InlineData("silo: {extraEnv: [{value: x}]}", "ArrayItemNotValid: #/silo.extraEnv[0]")]
    [InlineData("silo: {extraEnv: {A: x}}", "ArrayExpected: #/silo.extraEnv")]
    [InlineData("database: {connectionString: Host=db}", "NoAdditionalPropertiesAllowed: #/database.connectionString")]
    [InlineData("database: {existingSecret: Host=db}", "PatternMismatch: #/database.existingSecret")]
    [InlineData("database: {port: 70000}", "NumberTooBig: #/database.port")]
    [InlineData("images: {tag: latest}", "ExcludedSchemaValidates: #/images.tag")]
    [InlineData("images: {pullPolicy: Sometimes}", "NotInEnumeration: #/images.pullPolicy")]
    [InlineData("agent: {silo: silo.example.com}", "PatternMismatch: #/agent.silo")]
    [InlineData("agent: {labels: {class: 1}}", "AdditionalPropertiesNotValid: #/agent.labels.class")]
    [InlineData("agent: {metrics: {port: 0}}", "NumberTooSmall: #/agent.metrics.port")]
    [InlineData("agent: {podMonitor: {interval: often}}", "PatternMismatch: #/agent.podMonitor.interval")]
    [InlineData("agent: {stateDirectory: state}", "PatternMismatch: #/agent.stateDirectory")]
    [InlineData("agent: {tolerations: [{operator: Exist}]}", "ArrayItemNotValid: #/agent.tolerations[0]")]
    [InlineData("telemetry: {otlpEndpoint: 'collector:4317'}", "PatternMismatch: #/telemetry.otlpEndpoint")]
    [InlineData("serviceMonitor: {enabled: true}", "NoAdditionalPropertiesAllowed: #/serviceMonitor")]
    public async Task Bad_values_are_refused_where_they_are(string values, string refusal)
    {
        Assert.Equal(refusal, await Refusals(values));
        if (RealHelm.IsHere)
        {
            Assert.Contains("values don't meet the specifications of the schema", RealHelm.Refusal(values), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{port: 5432}", "database.existingSecret: name the Secret that holds PostgreSQL's connection string")]
    [InlineData(
        "{existingSecret: a, migratorSecret: b}",
        "database.siloRole: name the role that silos connect as, so that the migrator lets it use the tables")]
    public void Without_what_only_the_operator_knows_the_chart_says_what_is_lacking(string database, string sentence)
    {
        var refused = Assert.Throws<TemplateException>(() => Chart.Ours.RenderOurselves($"database: {database}"));
        Assert.EndsWith(sentence, refused.Message, StringComparison.Ordinal);
        if (RealHelm.IsHere)
        {
            Assert.Contains(sentence, RealHelm.Refusal($"database: {database}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Schema_and_values_name_the_same_things()
    {
        var schema = JsonNode.Parse(SchemaText)!.AsObject();
        Assert.Equal(Leaves(schema, schema, "").Except(["global"]).Order(StringComparer.Ordinal), Paths(Chart.Ours.Defaults, ""));
    }

    private static async Task<string> Refusals(string values)
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaText, TestContext.Current.CancellationToken);
        var merged = JsonSerializer.Serialize(Yaml.Merge(Chart.Ours.Defaults, Yaml.Read(values)));
        // What is wrong inside of a part stands on further lines.
        return string.Join("; ", schema.Validate(merged).Select(error => error.ToString().Split('\n')[0]));
    }

    // Of objects that name their parts, those; else the object itself. What helm fills in empty is not asked for.
    private static IEnumerable<string> Leaves(JsonObject root, JsonObject node, string path)
    {
        var resolved = node["$ref"] is { } reference ? root["definitions"]![reference.ToString().Split('/')[^1]]!.AsObject() : node;
        return resolved["properties"] is JsonObject named && path.Split('.')[^1] is not ("resources" or "requests" or "limits")
            ? named.SelectMany(part => Leaves(root, part.Value!.AsObject(), path.Length == 0 ? part.Key : $"{path}.{part.Key}"))
            : [path];
    }

    private static IEnumerable<string> Paths(IReadOnlyDictionary<string, object?> map, string path) => map.SelectMany(pair =>
    {
        var here = path.Length == 0 ? pair.Key : $"{path}.{pair.Key}";
        return pair.Value is IReadOnlyDictionary<string, object?> { Count: > 0 } inner && pair.Key != "resources"
            ? Paths(inner, here)
            : [here];
    }).Order(StringComparer.Ordinal);
}
