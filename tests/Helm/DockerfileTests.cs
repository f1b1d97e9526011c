using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Multipath.Helm.Tests.Charts;
using Multipath.Helm.Tests.Support;
using Multipath.Silo.Hosting;

namespace Multipath.Helm.Tests;

public sealed partial class DockerfileTests
{
    private static readonly Dockerfile File = Dockerfile.Read("helm/images/Dockerfile");

    [Fact]
    public void There_is_a_target_for_each_image_of_the_chart()
    {
        var images = Chart.Render(Chart.LeastValues).Select(manifest => manifest.PodSpec).OfType<System.Text.Json.Nodes.JsonNode>()
            .SelectMany(pod => pod["containers"]!.AsArray()).Select(container => ImageName().Match((string)container!["image"]!).Value);
        Assert.Equal(images.Distinct().Order(StringComparer.Ordinal), Programs.Select(stage => stage.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Bases_are_pinned_to_a_patch() =>
        Assert.All(
            File.Stages.Where(stage => File.Find(stage.From) is null),
            stage => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/(sdk|aspnet):10\.0\.\d+-noble", stage.From));

    [Fact]
    public void The_SDK_is_one_that_the_repository_takes()
    {
        var tag = Version().Match(File.Find("build")!.From).Value;
        var wanted = JsonDocument.Parse(Repository.Read("global.json")).RootElement.GetProperty("sdk").GetProperty("version").GetString();
        Assert.True(System.Version.Parse(tag) >= System.Version.Parse(wanted!));
        Assert.Equal(System.Version.Parse(wanted!).Major, System.Version.Parse(tag).Major);
    }

    [Fact]
    public void Programs_run_without_root_and_without_a_shell() => Assert.All(Programs, stage =>
    {
        var user = File.Lineage(stage).SelectMany(one => one.Lines).Last(line => line.Word == "USER").Rest;
        Assert.Equal("1654:1654", user);
        var entry = stage.Lines.Single(line => line.Word == "ENTRYPOINT").Rest;
        var command = JsonSerializer.Deserialize<string[]>(entry)!;
        Assert.Equal("dotnet", command[0]);
        Assert.DoesNotContain(stage.Lines, line => line.Word is "ADD" or "RUN");
    });

    [Fact]
    public void The_user_is_the_charts() =>
        Assert.Contains("runAsUser: 1654", Repository.Read($"{Chart.Path}/templates/_helpers.tpl"), StringComparison.Ordinal);

    [Fact]
    public void Every_program_says_how_it_is_or_why_not() =>
        Assert.All(
            Programs.Where(stage => stage.Name != "cli"),
            stage => Assert.Single(stage.Lines, line => line.Word == "HEALTHCHECK"));

    [Fact]
    public void The_silo_listens_where_it_says()
    {
        var silo = File.Find("silo")!;
        var variables = silo.Lines.Where(line => line.Word == "ENV").SelectMany(line => line.Rest.Split(' '))
            .ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1]);
        var (options, error) = SiloArguments.Read([], variables.GetValueOrDefault);
        Assert.Null(error);
        Assert.Equal(
            silo.Lines.Single(line => line.Word == "EXPOSE").Rest.Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)),
            new[] { options!.Grpc.Port, options.Http.Port }.Order());
        Assert.Null(SiloArguments.AddressOf(options.Grpc));
        Assert.Equal(silo.Lines.Single(line => line.Word == "VOLUME").Rest, options.DataFolder);
    }

    [Fact]
    public void Every_file_that_is_copied_exists_and_is_let_into_the_context()
    {
        var letIn = Repository.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToArray();
        foreach (var source in Copied)
        {
            var path = Path.Combine(Repository.Root, source);
            Assert.True(source.EndsWith('/') ? Directory.Exists(path) : System.IO.File.Exists(path), source);
            Assert.Contains(source.TrimEnd('/'), letIn);
        }

        Assert.Equal(Copied.Select(source => source.TrimEnd('/')).Order(StringComparer.Ordinal), letIn.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_copied_is_enough_to_build_what_is_published()
    {
        var published = File.Stages.SelectMany(stage => stage.Lines).Where(line => line.Word == "RUN")
            .SelectMany(line => Project().Matches(line.Rest)).Select(match => match.Value).ToArray();
        Assert.Equal(["Silo/Silo.csproj", "Agent/Agent.csproj", "Cli/Cli.csproj"], published);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var project in published)
        {
            Reach(project, reached);
        }

        Assert.All(reached, path => Assert.True(
            Copied.Any(source => source.EndsWith('/') ? path.StartsWith(source, StringComparison.Ordinal) : path == source), path));
    }

    /// <summary>An argument ends with its stage: not every builder hands it on to one that is built upon it.</summary>
    [Fact]
    public void A_stage_declares_the_arguments_that_it_uses()
    {
        var used = File.Stages.ToDictionary(stage => stage.Name, stage => stage.Lines.SelectMany(line => Argument().Matches(line.Rest))
            .Select(match => match.Groups[1].Value).Distinct().ToArray());
        Assert.Equal(3, used.Values.Count(arguments => arguments is ["HOSTING"]));
        Assert.All(File.Stages, stage =>
            Assert.Equal(used[stage.Name], stage.Lines.Where(line => line.Word == "ARG").Select(line => line.Rest)));
    }

    private static IEnumerable<Dockerfile.Stage> Programs =>
        File.Stages.Where(stage => stage.Lines.Any(line => line.Word == "ENTRYPOINT"));

    private static IReadOnlyList<string> Copied =>
    [
        .. File.Stages.SelectMany(stage => stage.Lines)
            .Where(line => line.Word == "COPY" && !line.Rest.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Rest.Split(' ')[..^1]),
    ];

    // A project, and every file outside of its folder that it names.
    private static void Reach(string project, HashSet<string> reached)
    {
        if (!reached.Add(project))
        {
            return;
        }

        var folder = Path.GetDirectoryName(project)!;
        var named = XDocument.Parse(Repository.Read(project)).Descendants().Attributes("Include").Select(include => include.Value)
            .Where(include => include.StartsWith("../", StringComparison.Ordinal));
        foreach (var path in named.Select(include => Path.GetRelativePath(".", Path.Combine(folder, include))))
        {
            if (path.EndsWith(".csproj", StringComparison.Ordinal))
            {
                Reach(path, reached);
            }

            reached.Add(path);
        }
    }

    [GeneratedRegex(@"(?<=/)[a-z]+(?=:)")]
    private static partial Regex ImageName();

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Argument();

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex(@"\S+\.csproj")]
    private static partial Regex Project();
}
