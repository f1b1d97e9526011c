using System.Text.Json.Nodes;
using Multipath.Helm.Tests.Charts;
using Multipath.Helm.Tests.Support;
using Multipath.Helm.Tests.Templates;

namespace Multipath.Helm.Tests;

/// <summary>The renderer for machines without helm: what it makes of the language, and that it agrees with helm.</summary>
public sealed class RendererTests
{
    private const string Values = """
        name: van
        empty: ""
        zero: 0
        on: true
        list: [a, b]
        none: []
        map: {two: 2, one: "1"}
        """;

    [Theory]
    [InlineData("a {{ .name }} b", "a van b")]
    [InlineData("a {{- .name -}} b", "avanb")]
    [InlineData("a\n{{- /* not printed */ -}}\nb", "ab")]
    [InlineData("{{ .zero }}{{ .on }}", "0true")]
    [InlineData("{{ .name | upper | quote }}", "\"VAN\"")]
    [InlineData("{{ printf \"%s-%s\" .name .map.two }}", "van-2")]
    [InlineData("{{ default \"bus\" .empty }} {{ .name | default \"bus\" }}", "bus van")]
    [InlineData("{{ .name | trunc 2 }}{{ \"a-\" | trimSuffix \"-\" }}", "vaa")]
    [InlineData("{{ if .empty }}a{{ else }}b{{ end }}{{ if .none }}c{{ end }}{{ if .list }}d{{ end }}", "bd")]
    [InlineData("{{ if not .on }}a{{ else }}b{{ end }}{{ if eq .name \"van\" }}c{{ end }}{{ if ne .zero 0 }}d{{ end }}", "bc")]
    [InlineData("{{ with .map }}{{ .one }}{{ $.name }}{{ end }}{{ with .empty }}x{{ else }}y{{ end }}", "1vany")]
    [InlineData("{{ range .list }}<{{ . }}>{{ end }}", "<a><b>")]
    [InlineData("{{ range $key, $value := .map }}{{ $key }}={{ $value }} {{ end }}", "one=1 two=2 ")]
    [InlineData("{{ $x := .name }}{{ if .on }}{{ $x }}{{ end }}", "van")]
    [InlineData("{{ define \"t\" }}[{{ .it }}]{{ end }}{{ include \"t\" (dict \"it\" .name) }}", "[van]")]
    [InlineData("x:{{ toYaml .list | nindent 2 }}", "x:\n  - \"a\"\n  - \"b\"")]
    [InlineData("{{ contains \"a\" .name }}", "true")]
    public void Renders(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ .nam }}", "there is no field 'nam'")]
    [InlineData("{{ include \"t\" . }}", "there is no template 't'")]
    [InlineData("{{ required \"say it\" .empty }}", "say it")]
    [InlineData("{{ lookup \"v1\" }}", "lookup with 1 arguments is not in the subset that this chart uses")]
    [InlineData("{{ if .on }}", "a block does not end")]
    [InlineData("{{ end }}", "'end' without a beginning")]
    [InlineData("{{ .list }}", "a list or a map is printed only by toYaml")]
    public void Refuses(string template, string message) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => Render(template)).Message);

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void Agrees_with_helm(string values)
    {
        Assert.SkipUnless(RealHelm.IsHere, "there is no helm on this machine");
        var helm = RealHelm.Render(values).ToDictionary(manifest => manifest.ToString(), manifest => manifest.Json);
        var ours = Chart.Ours.RenderOurselves(values).ToDictionary(manifest => manifest.ToString(), manifest => manifest.Json);
        Assert.Equal(helm.Keys.Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        Assert.All(ours, pair => Assert.True(
            JsonNode.DeepEquals(helm[pair.Key], pair.Value), $"{pair.Key}\n{helm[pair.Key]}\n{pair.Value}"));
    }

    private static string Render(string template)
    {
        var defined = new Dictionary<string, Node[]>(StringComparer.Ordinal);
        var nodes = Parser.Parse(template, defined);
        return new Renderer(defined).Render(nodes, Yaml.Read(Values));
    }
}
