using System.Globalization;
using Multipath.Lab.Net;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Multipath.Lab.Scenarios;

/// <summary>Reads scenarios. A scenario is read whole or refused with file, line, column and what was expected.</summary>
internal static class ScenarioParser
{
    private const string RateForm = "a rate such as 20mbit";
    private const string TimeForm = "a time such as 20ms or 5s";
    private const string SizeForm = "a size such as 64kB";
    private const string ShareForm = "a share such as 1%";

    /// <summary>Reads a file.</summary>
    /// <exception cref="ScenarioException">The text is wrong.</exception>
    internal static Scenario ReadFile(string path) => Read(Path.GetFileName(path), File.ReadAllText(path));

    /// <summary>Reads a text; the file's name is for the errors.</summary>
    /// <exception cref="ScenarioException">The text is wrong.</exception>
    internal static Scenario Read(string file, string text)
    {
        var root = ScenarioNode.Of(file, Load(file, text));
        if (root.OptionalText("kind") is { } kind)
        {
            throw root.Problem("kind", $"this is a {kind}, expected a scenario, which names its policies");
        }

        var hosts = root.Items("hosts").Select(ReadHost).ToList();
        var clients = Named(root, "hosts", hosts.Where(h => !h.IsServer).Select(h => h.Name));
        var servers = Named(root, "hosts", hosts.Where(h => h.IsServer).Select(h => h.Name));
        if (clients.Overlaps(servers) || clients.Count == 0 || servers.Count == 0)
        {
            throw root.Problem("hosts", "expected at least one client and one server, each with a name of its own");
        }

        var links = root.Items("links").Select(n => ReadLink(n, clients, servers)).ToList();
        var linkNames = Named(root, "links", links.Select(l => l.Name));
        var traffic = root.Items("traffic").Select(n => ReadTraffic(n, clients, servers)).ToList();
        _ = Named(root, "traffic", traffic.Select(t => t.Name));
        var timeline = root.Items("timeline").Select(n => ReadEvent(n, linkNames)).OrderBy(e => e.At).ToList();
        var scenario = new Scenario(
            root.Text("name"),
            root.OptionalText("description") ?? "",
            root.OptionalValue<int>("seed", TryWhole, "a whole number") ?? 1,
            root.Value<TimeSpan>("duration", ScenarioUnits.TryTime, TimeForm),
            hosts, links, traffic, timeline)
        {
            Policies = [.. root.Items("policies").Select(ReadPolicy)],
        };
        root.Finish();
        return scenario;
    }

    private static YamlNode Load(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1
                ? stream.Documents[0].RootNode
                : throw new ScenarioException(file, 1, 1, "expected one document");
        }
        catch (YamlException e)
        {
            throw new ScenarioException(file, e.Start.Line, e.Start.Column, e.Message);
        }
    }

    private static string ReadPolicy(ScenarioNode node)
    {
        var file = node.Text("file");
        node.Finish();
        return file;
    }

    private static ScenarioHost ReadHost(ScenarioNode node)
    {
        var name = node.Text("name");
        if (!LabName.IsHost(name))
        {
            throw node.Problem("name", $"'{name}' is no host name, expected lower-case letters, digits and dashes");
        }

        var host = new ScenarioHost(name, OneOf(node, "role", "client", "client", "server") == "server", node.Labels("labels"));
        node.Finish();
        return host;
    }

    private static ScenarioLink ReadLink(ScenarioNode node, HashSet<string> clients, HashSet<string> servers)
    {
        var rate = node.Value<long>("rate", ScenarioUnits.TryRate, RateForm);
        var uploadRate = node.OptionalValue<long>("uploadRate", ScenarioUnits.TryRate, RateForm) ?? rate;
        var rtt = node.Value<TimeSpan>("rtt", ScenarioUnits.TryTime, TimeForm);
        var queue = node.OptionalValue<int>("queue", ScenarioUnits.TrySize, SizeForm) ?? 0;
        var jitter = node.OptionalValue<TimeSpan>("jitter", ScenarioUnits.TryTime, TimeForm) ?? TimeSpan.Zero;
        var jitterEvery = node.OptionalValue<TimeSpan>("jitterEvery", ScenarioUnits.TryTime, TimeForm) ?? TimeSpan.FromMilliseconds(50);
        var loss = node.OptionalValue<double>("loss", ScenarioUnits.TryShare, ShareForm) ?? 0;
        var link = new ScenarioLink(node.Text("name"), Known(node, "from", clients), Known(node, "to", servers),
            node.Text("interface"), Knobs(uploadRate), Knobs(rate));
        node.Finish();
        return link;

        LinkKnobs Knobs(long bitsPerSecond) =>
            LinkKnobs.OfRoundTrip(bitsPerSecond / 1e6, rtt.TotalMilliseconds, queue) with
            {
                Jitter = jitter,
                JitterEvery = jitterEvery,
                Loss = loss,
            };
    }

    private static ScenarioTraffic ReadTraffic(ScenarioNode node, HashSet<string> clients, HashSet<string> servers)
    {
        var traffic = new ScenarioTraffic(
            node.Text("name"),
            Known(node, "from", clients),
            Known(node, "to", servers),
            node.OptionalValue<TimeSpan>("at", ScenarioUnits.TryTime, TimeForm) ?? TimeSpan.Zero,
            OneOf(node, "direction", "upload", "upload", "download") == "upload" ? Direction.Upload : Direction.Download,
            node.OptionalValue<long>("rate", ScenarioUnits.TryRate, RateForm) ?? 0,
            node.Value<TimeSpan>("for", ScenarioUnits.TryTime, TimeForm),
            node.OptionalValue<int>("port", TryPort, "a port from 1 to 65535") ?? 0);
        node.Finish();
        return traffic;
    }

    private static ScenarioEvent ReadEvent(ScenarioNode node, HashSet<string> links)
    {
        Outage? outage = !node.Has("outage") ? null : OneOf(node, "outage", "none", "none", "blackhole", "down", "carrier") switch
        {
            "blackhole" => Outage.Blackhole,
            "down" => Outage.Down,
            "carrier" => Outage.CarrierLost,
            _ => Outage.None,
        };
        var change = new LinkChange(
            node.OptionalValue<long>("rate", ScenarioUnits.TryRate, RateForm),
            node.OptionalValue<TimeSpan>("rtt", ScenarioUnits.TryTime, TimeForm),
            node.OptionalValue<TimeSpan>("jitter", ScenarioUnits.TryTime, TimeForm),
            node.OptionalValue<double>("loss", ScenarioUnits.TryShare, ShareForm),
            outage);
        var at = node.Value<TimeSpan>("at", ScenarioUnits.TryTime, TimeForm);
        var link = Known(node, "link", links);
        var note = node.OptionalText("note") ?? "";
        node.Finish();
        return change != new LinkChange() ? new ScenarioEvent(at, link, change, note) : throw node.Problem("at", "nothing changes here");
    }

    private static HashSet<string> Named(ScenarioNode root, string key, IEnumerable<string> names)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        var twice = names.FirstOrDefault(n => !set.Add(n));
        return twice is null ? set : throw root.Problem(key, $"the name '{twice}' is given twice");
    }

    private static string Known(ScenarioNode node, string key, HashSet<string> names)
    {
        var name = node.Text(key);
        return names.Contains(name)
            ? name
            : throw node.Problem(key, $"unknown '{name}', expected one of {string.Join(", ", names.Order(StringComparer.Ordinal))}");
    }

    private static string OneOf(ScenarioNode node, string key, string otherwise, params string[] words)
    {
        var word = node.OptionalText(key) ?? otherwise;
        return words.Contains(word) ? word : throw node.Problem(key, $"unknown '{word}', expected one of {string.Join(", ", words)}");
    }

    private static bool TryWhole(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryPort(string text, out int port) => TryWhole(text, out port) && port is > 0 and <= ushort.MaxValue;
}
