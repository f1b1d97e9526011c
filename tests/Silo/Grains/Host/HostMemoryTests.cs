using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Grains.Host;
using Multipath.Silo.Telemetry;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Tests.Grains.Host;

/// <summary>A host's grain that is active twice, as in a cluster that is torn apart: only one of them can turn the host.</summary>
public sealed class HostMemoryTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PlanContent One = new("vans", [], PlanLimits.Default, HandoverRules.Default);
    private static readonly PlanContent Two = One with { Limits = PlanLimits.Default with { Subflows = 1 } };

    private readonly IMeterFactory _meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly Row _row = new();

    [Fact]
    public async Task Of_two_that_meet_an_agent_at_once_one_gets_the_epoch_and_the_other_none()
    {
        var (first, second) = (Activate(), Activate());
        await first.Meet(Hello(null), Now);
        await Assert.ThrowsAsync<InconsistentStateException>(() => second.Meet(Hello(null), Now));
        Assert.Equal((1ul, 0ul), (first.Ledger.Epoch, second.Ledger.Epoch));
    }

    [Fact]
    public async Task One_that_was_overtaken_cannot_push_a_plan_by_another_policy()
    {
        var old = Activate();
        await old.Meet(Hello(null), Now);
        await Activate().Meet(Hello(null), Now);
        old.Ledger = old.Ledger.Want(One, 1, 1);
        Assert.False(old.IsEpochStored(old.Ledger.NextPush!.Version));
        await Assert.ThrowsAsync<InconsistentStateException>(old.Store);
    }

    [Fact]
    public async Task What_one_that_was_overtaken_still_pushes_is_older_than_all_of_its_successor()
    {
        var old = Activate();
        await old.Meet(Hello(null), Now);
        old.Ledger = old.Ledger.Want(One, 1, 1);
        Assert.Null(await old.Store());
        var running = old.Ledger.NextPush!.Version;

        var successor = Activate();
        await successor.Meet(Hello(running), Now);
        successor.Ledger = successor.Ledger.Want(Two, 1, 2);
        var newer = successor.Ledger.NextPush!.Version;
        Assert.True(successor.IsEpochStored(newer));
        for (var rank = 0; rank < 100; rank++)
        {
            old.Ledger = old.Ledger.Want(rank % 2 == 0 ? Two : One, 1, 3);
            Assert.True(old.Ledger.Desired!.Version < newer, $"{old.Ledger.Desired.Version} is not older than {newer}");
        }
    }

    private static HostHello Hello(PlanVersion? running) =>
        new("s", ImmutableSortedDictionary<string, string>.Empty, "1", running, 0, HostCapabilities.None);

    private HostMemory Activate() =>
        new(new Stored(_row), new StateWriter(new SiloMetrics(_meters), TimeProvider.System));

    /// <summary>What is stored.</summary>
    private sealed class Row
    {
        public HostRecord Record { get; set; } = new();

        public int Version { get; set; }
    }

    private sealed class Stored(Row row) : IPersistentState<HostRecord>
    {
        private int _read = row.Version;

        public HostRecord State { get; set; } = row.Record;

        public string? Etag => null;

        public bool RecordExists => _read > 0;

        public Task WriteStateAsync()
        {
            if (_read != row.Version)
            {
                throw new InconsistentStateException("another activation wrote it");
            }

            (row.Record, _read) = (State, ++row.Version);
            return Task.CompletedTask;
        }

        public Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        public Task ReadStateAsync() => throw new NotSupportedException();

        public Task ReadStateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ClearStateAsync() => throw new NotSupportedException();

        public Task ClearStateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
