using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Multipath.Standalone.Orleans.Tests.SimulationGrains;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Tests;

public sealed class SimulationTests
{
    [Fact]
    public void One_seed_gives_one_order_of_turns_a_thousand_times()
    {
        (ulong Fingerprint, string Journal) first = RunRelay(seed: 42);
        for (int run = 1; run < 1000; run++)
        {
            Assert.Equal(first, RunRelay(seed: 42));
        }
    }

    [Fact]
    public void Different_seeds_give_different_orders()
    {
        int orders = Enumerable.Range(0, 20).Select(seed => RunRelay(seed).Journal).Distinct(StringComparer.Ordinal).Count();
        Assert.InRange(orders, 10, 20);
    }

    [Fact]
    public void Days_pass_at_once()
    {
        var simulation = new Simulation(seed: 1);
        Run(simulation, async grains =>
        {
            Assert.Equal(TimeSpan.FromHours(20), await grains.GetGrain<IRelayGrain>("a").Wait(TimeSpan.FromHours(20)));
        }, silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromDays(2)));
        Assert.InRange(simulation.Time.Elapsed, TimeSpan.FromHours(20), TimeSpan.FromHours(20) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Calls_time_out_on_virtual_time()
    {
        var simulation = new Simulation(seed: 1);
        Run(simulation, async grains =>
        {
            await Assert.ThrowsAsync<TimeoutException>(() => grains.GetGrain<IRelayGrain>("a").Wait(TimeSpan.FromMinutes(2)));
            Assert.InRange(simulation.Time.Elapsed, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
        });
    }

    [Fact]
    public void Calls_that_timed_out_count_for_as_long_as_they_wait()
    {
        var simulation = new Simulation(seed: 1);
        Run(simulation, async grains =>
        {
            IRelayGrain grain = grains.GetGrain<IRelayGrain>("a");
            Assert.Equal((6, 4), await Failures(grain, TimeSpan.FromMinutes(3)));
            Assert.Equal((0, 10), await Failures(grain, TimeSpan.Zero));
            await Task.Delay(TimeSpan.FromMinutes(3), simulation.Time);
            Assert.Equal(TimeSpan.Zero, await grain.Wait(TimeSpan.Zero));
        }, silo => silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 5));

        static async Task<(int TimedOut, int Refused)> Failures(IRelayGrain grain, TimeSpan wait)
        {
            Task<TimeSpan>[] calls = [.. Enumerable.Range(0, 10).Select(_ => grain.Wait(wait))];
            await Task.WhenAll(calls).ContinueWith(_ => { }, TaskScheduler.Current);
            return (calls.Count(call => call.Exception?.InnerException is TimeoutException),
                calls.Count(call => call.Exception?.InnerException is LimitExceededException));
        }
    }

    [Fact]
    public void Idle_activations_go_on_virtual_time()
    {
        var simulation = new Simulation(seed: 1);
        var journal = new List<string>();
        simulation.Trace = (at, owner, what) =>
        {
            if (what == "collect")
            {
                journal.Add($"{at} {owner}");
            }
        };
        Run(simulation, async grains =>
        {
            await grains.GetGrain<IRelayGrain>("a").Pass(0);
            await Task.Delay(TimeSpan.FromMinutes(20), simulation.Time);
            Assert.Equal("a2", await grains.GetGrain<IRelayGrain>("a").Pass(0));
        });
        Assert.Equal(["00:15:00 relay/a"], journal);
    }

    [Fact]
    public void Work_from_another_thread_fails_the_run_with_its_stack()
    {
        var simulation = new Simulation(seed: 7);
        var failure = Assert.Throws<SimulationException>(
            () => Run(simulation, grains => grains.GetGrain<IRelayGrain>("a").LeaveTheSimulation()));
        Assert.Contains("seed 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("for relay/a", failure.Message, StringComparison.Ordinal);
        Assert.Contains("QueueTask", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_waits_for_nothing_fails_instead_of_hanging()
    {
        var simulation = new Simulation(seed: 7);
        var failure = Assert.Throws<SimulationException>(() => simulation.Run(() => new TaskCompletionSource().Task));
        Assert.Contains("nothing left to do", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_takes_too_long_fails()
    {
        var simulation = new Simulation(seed: 7);
        Assert.Throws<SimulationException>(
            () => simulation.Run(() => Task.Delay(TimeSpan.FromHours(2), simulation.Time), limit: TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Other_actors_share_the_thread_and_the_seed()
    {
        var simulation = new Simulation(seed: 3);
        int thread = Environment.CurrentManagedThreadId;
        simulation.Run(async () =>
        {
            TaskScheduler actor = simulation.CreateScheduler("agent");
            int ran = await Task.Factory.StartNew(async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), simulation.Time);
                Assert.Same(actor, TaskScheduler.Current);
                return Environment.CurrentManagedThreadId;
            }, CancellationToken.None, TaskCreationOptions.None, actor).Unwrap();
            Assert.Equal(thread, ran);
        });
    }

    private static (ulong Fingerprint, string Journal) RunRelay(int seed)
    {
        var simulation = new Simulation(seed);
        Journal journal = Run(simulation, async grains =>
        {
            await grains.GetGrain<IRelayGrain>("z").Watch(TimeSpan.FromMilliseconds(2));
            await Task.WhenAll(Enumerable.Range(0, 5).Select(i => grains.GetGrain<IRelayGrain>(((char)('a' + i)).ToString()).Pass(4)));
            await grains.GetGrain<IRelayGrain>("c").Forget();
            await grains.GetGrain<IRelayGrain>("c").Pass(1);
        });
        return (simulation.Fingerprint, string.Join('\n', journal.Lines));
    }

    private static Journal Run(Simulation simulation, Func<IGrainFactory, Task> scenario, Action<ISiloBuilder>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<Journal>();
        builder.UseOrleans(silo =>
        {
            silo.AddMemoryGrainStorage("store");
            silo.UseSimulation(simulation);
            configure?.Invoke(silo);
        });
        using IHost host = builder.Build();
        simulation.Run(host, () => scenario(host.Services.GetRequiredService<IGrainFactory>()));
        return host.Services.GetRequiredService<Journal>();
    }
}
