using Google.Protobuf;
using Multipath.Contracts.Wire;
using Multipath.Silo.Mapping;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Mapping;

public sealed class FromAgentTests
{
    [Fact]
    public void Malformed_values_are_refused_with_what_is_wrong()
    {
        (Report Report, string Problem)[] cases =
        [
            (new Report { Paths = { new Contracts.Wire.Path() } }, "an interface name is empty, too long or has control characters"),
            (new Report { RemovedPaths = { new PathId { Interface = "a", Address = ByteString.CopyFrom(1, 2) } } },
                "a path's address has 2 bytes, expected 4 or 16"),
            (new Report { Paths = { TestAgent.Path("a", "10.0.0.1", (PathState)77) } }, "77 is not a state of a path"),
            (new Report { Connections = { new Connection { Subflows = { new Subflow() } } } }, "a subflow's local end is missing"),
            (new Report { Occurrences = { new Occurrence { Kind = "a\nb" } } },
                "an occurrence's kind is not a name of letters, digits and . _ : - of at most 253 characters"),
            (new Report { ObservedAtUs = -1 }, "-1 is not a time"),
            (new Report { ObservedAtUs = long.MaxValue }, $"{long.MaxValue} is not a time"),
        ];
        Assert.All(cases, one => Assert.Equal((null, one.Problem), FromAgent.Report(one.Report, "s")));
    }

    [Fact]
    public void An_acknowledgement_keeps_what_the_kernel_said_but_no_control_characters()
    {
        var refused = new ActionResult { Action = "a\u001b[2J", Error = new string('x', 600) };
        var ack = new PlanAck { Version = new PlanVersion { Epoch = 1, Generation = 2 }, Refused = { refused } };
        Assert.Equal($"a [2J: {new string('x', 512)}…", Assert.Single(FromAgent.Ack(ack, "s").Refused));
    }

    [Fact]
    public void A_program_that_names_itself_by_control_characters_costs_no_report()
    {
        var report = new Report
        {
            Sequence = 1,
            Full = true,
            Connections = { new Connection { Token = 7, Process = "a\u001b[2J", TrafficClass = "b\u0007" } },
            Occurrences = { new Occurrence { Kind = "plan", Text = new string('x', 4_095) + "\U0001F600 and on" } },
        };
        var (read, problem) = FromAgent.Report(report, "s");
        Assert.Null(problem);
        Assert.Equal(("a [2J", "b "), (read!.Connections[0].Process, read.Connections[0].TrafficClass));
        Assert.Equal(new string('x', 4_095) + "…", read.Occurrences[0].Text);
    }

    [Fact]
    public void Random_messages_are_mapped_or_refused_and_never_throw()
    {
        const int Seed = 4_711;
        var random = new Random(Seed);
        var valid = new Report
        {
            Host = "van-1",
            Sequence = 3,
            Paths = { TestAgent.Path("wlan0", "10.1.0.2") },
            Occurrences = { new Occurrence { Kind = "reflex", AtUs = 1, Text = "x" } },
            Connections = { new Connection { Token = 7, Subflows = { new Subflow { Local = new EndPoint(), Remote = new EndPoint() } } } },
        }.ToByteArray();
        var parsed = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = valid.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                var report = Report.Parser.ParseFrom(bytes);
                parsed++;
                var (read, problem) = FromAgent.Report(report, "s");
                Assert.True(read is null != problem is null, $"seed {Seed}, round {round}");
            }
            catch (InvalidProtocolBufferException)
            {
                // What the gateway answers with INVALID_ARGUMENT.
            }
        }

        Assert.InRange(parsed, 1_000, 20_000);
    }
}
