using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Hosting;
using Multipath.Agent.Telemetry;

namespace Multipath.Agent.Verbs;

/// <summary>The options of <c>mpagent run</c> that choose what it steers: the kernel's MPTCP, or a userspace stack on a TUN.</summary>
internal static class RunPlane
{
    private const string KernelName = "kernel";
    private const string TunName = "tun";
    private const int LeastMtu = 1280;
    private const int MostMtu = 9000;
    private const int MostRecordMebibytes = 1 << 20;

    /// <summary>More than any uplinks of a host with several carry, at the rate of one; each has a stack's tables of its own.</summary>
    private const int DefaultQueues = 4;

    private static readonly IPEndPoint DefaultProxy = new(IPAddress.Loopback, 1080);

    private static readonly Option<string> Plane = CreatePlane();

    private static readonly Option<TunUplink[]> Uplink = new("--uplink")
    {
        Description = "With --plane tun: an interface and the stack's own address behind it, best first; may be repeated.",
        HelpName = "INTERFACE=ADDRESS",
        CustomParser = result => [.. result.Tokens.Select(token => ParseUplink(result, token.Value)).OfType<TunUplink>()],
    };

    private static readonly Option<IPEndPoint?> Proxy = Values.EndPoint(
        "--proxy", $"With --plane tun: where programs find the stack by SOCKS 5; {DefaultProxy} by default, port 0 for any.");

    private static readonly Option<string> Device = new("--tun")
    {
        Description = "With --plane tun: the name of the interface that is made.",
        DefaultValueFactory = _ => "mp0",
    };

    private static readonly Option<int> Mtu = new("--mtu")
    {
        Description = "With --plane tun: the largest packet that all uplinks carry.",
        DefaultValueFactory = _ => 1500,
        CustomParser = result => Values.Whole(result, LeastMtu, MostMtu),
    };

    private static readonly Option<bool> Offload = new("--offload")
    {
        Description = "With --plane tun: leave cutting and checksums to the kernel; '--offload false' hands over single packets.",
        DefaultValueFactory = _ => true,
    };

    private static readonly Option<int?> Queues = new("--queues")
    {
        Description = "With --plane tun: queues of the interface, each with a thread that drives its share of the connections; one for "
            + $"each processor by default, up to {DefaultQueues}, and one only with --pcap or --trace.",
        HelpName = "N",
        CustomParser = result => Values.Whole(result, 1, TunOptions.QueueLimit),
    };

    private static readonly Option<bool> Masquerade = new("--masquerade")
    {
        Description = "With --plane tun: packets leave with their uplink's own address (nftables), for networks that know no other.",
    };

    private static readonly Option<string?> Pcap = new("--pcap")
    {
        Description = "With --plane tun: a file for the packets of the stack, which tcpdump and Wireshark read; made anew.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "With --plane tun: print a line for each packet of the stack on standard error.",
    };

    private static readonly Option<int> RecordLimit = new("--record-limit")
    {
        Description = "With --pcap or --trace: MiB after which no more is recorded.",
        DefaultValueFactory = _ => 64,
        CustomParser = result => Values.Whole(result, 1, MostRecordMebibytes),
    };

    internal static void AddTo(Command command)
    {
        foreach (var option in (Option[])[Plane, Uplink, Proxy, Device, Mtu, Offload, Queues, Masquerade, Pcap, Trace, RecordLimit])
        {
            command.Add(option);
        }

        command.Validators.Add(Check);
        Device.Validators.Add(CheckName);
    }

    /// <summary>How the stack is to be made; null for the kernel's plane.</summary>
    internal static TunPlaneOptions? Tun(ParseResult parsed) => parsed.GetValue(Plane) != TunName
        ? null
        : new TunPlaneOptions(
            new TunOptions(parsed.GetValue(Device)!)
            {
                Offload = parsed.GetValue(Offload),
                Recording = Recording(parsed),
                Queues = parsed.GetValue(Queues) ?? (IsRecorded(parsed) ? 1 : Math.Min(Environment.ProcessorCount, DefaultQueues)),
            },
            [.. parsed.GetValue(Uplink) ?? []])
        {
            Mtu = parsed.GetValue(Mtu),
            Masquerade = parsed.GetValue(Masquerade),
            Proxy = parsed.GetValue(Proxy) ?? DefaultProxy,
            ControlDirectory = parsed.GetValue(CommonOptions.Control),
        };

    /// <summary>Says where the proxy is.</summary>
    internal static void Tell(AgentOptions options, IPEndPoint proxy) =>
        new AgentLog(options.Log, options.JsonLog, TimeProvider.System).Info("proxy", new LogField("socks5", proxy));

    private static bool IsRecorded(ParseResult parsed) => parsed.GetValue(Pcap) is not null || parsed.GetValue(Trace);

    private static TunRecording? Recording(ParseResult parsed) => !IsRecorded(parsed)
        ? null
        : new TunRecording
        {
            Pcap = parsed.GetValue(Pcap),
            Lines = parsed.GetValue(Trace) ? parsed.InvocationConfiguration.Error : null,
            Limit = (long)parsed.GetValue(RecordLimit) << 20,
        };

    private static void Check(CommandResult result)
    {
        var isTun = result.GetValue(Plane) == TunName;
        var hasUplink = result.GetResult(Uplink) is { Implicit: false };
        if (isTun && !hasUplink)
        {
            result.AddError("--plane tun needs at least one --uplink INTERFACE=ADDRESS.");
        }

        if (!isTun && hasUplink)
        {
            result.AddError("--uplink is for --plane tun.");
        }

        if (!isTun && (result.GetValue(Pcap) is not null || result.GetValue(Trace)))
        {
            result.AddError("--pcap and --trace are for --plane tun.");
        }

        // By its text: what is no number is told of elsewhere, and cannot be asked for here.
        if (result.GetResult(Queues) is { Tokens: [{ Value: not "1" }] } && (result.GetValue(Pcap) is not null || result.GetValue(Trace)))
        {
            result.AddError("--pcap and --trace keep the packets of one queue.");
        }
    }

    private static void CheckName(OptionResult result)
    {
        if (result.GetValueOrDefault<string>() is { Length: 0 or > 15 })
        {
            result.AddError("--tun is a name of 1 to 15 characters.");
        }
    }

    private static Option<string> CreatePlane()
    {
        var option = new Option<string>("--plane")
        {
            Description = "What is steered: the kernel's MPTCP, or a userspace stack on a TUN, which programs use by a proxy.",
            DefaultValueFactory = _ => KernelName,
        };
        option.AcceptOnlyFromAmong(KernelName, TunName);
        return option;
    }

    private static TunUplink? ParseUplink(ArgumentResult result, string text)
    {
        if (text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && IPAddress.TryParse(text[(at + 1)..], out var address))
        {
            return new TunUplink(text[..at], address);
        }

        result.AddError($"'{text}' is no uplink: INTERFACE=ADDRESS was expected, such as wlan0=10.80.1.2.");
        return null;
    }
}
