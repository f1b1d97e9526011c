using Multipath.Standalone.Orleans.Proxies;
using Orleans;
using Orleans.Concurrency;

namespace Multipath.Standalone.Orleans.Tests.Proxies;

public sealed class InterfaceShapeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    internal interface IGood : IGrainWithStringKey
    {
        [OneWay]
        Task Tell();

        [AlwaysInterleave]
        [ResponseTimeout("00:00:02")]
        ValueTask<int> Ask(string question, CancellationToken cancellationToken);
    }

    internal interface IBad : IGrainWithStringKey
    {
        int Property { get; }

        void Nothing();

        int Number();

        Task<T> Generic<T>();

        Task ByReference(ref int value);

        [OneWay]
        Task<int> Answer();
    }

    internal interface IWatcher : IGrainObserver
    {
        void Changed(string what);
    }

    [Fact]
    public void Methods_carry_what_their_attributes_say()
    {
        InterfaceShape shape = InterfaceShape.Of(typeof(IGood), Timeout, TimeProvider.System);
        MethodShape tell = shape.Methods[0];
        MethodShape ask = shape.Methods[1];
        Assert.Equal((true, false, Timeout), (tell.IsOneWay, tell.Interleaves, tell.Timeout));
        Assert.Equal((false, true, TimeSpan.FromSeconds(2)), (ask.IsOneWay, ask.Interleaves, ask.Timeout));
        Assert.Equal(2 * TimeProvider.System.TimestampFrequency, ask.TimeoutTicks);
        Assert.Equal("IGood.Ask", ask.ToString());
    }

    [Fact]
    public void Every_fault_of_an_interface_is_named()
    {
        var failure = Assert.Throws<ArgumentException>(() => InterfaceShape.Of(typeof(IBad), Timeout, TimeProvider.System));
        Assert.EndsWith(
            "IBad cannot be a grain interface: IBad.get_Property is a property or an event; "
            + "IBad.Nothing returns nothing; a grain's method returns a task; "
            + "IBad.Number returns Int32; Task, Task<T>, ValueTask or ValueTask<T> was expected; "
            + "IBad.Generic is generic; IBad.ByReference takes value by reference; IBad.Answer is one-way but returns a value.",
            failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_observer_may_return_nothing_and_is_then_one_way()
    {
        InterfaceShape shape = InterfaceShape.Of(typeof(IWatcher), Timeout, TimeProvider.System);
        Assert.True(Assert.Single(shape.Methods).IsOneWay);
    }

    [Fact]
    public void Only_a_closed_interface_has_a_shape()
        => Assert.Throws<ArgumentException>(() => InterfaceShape.Of(typeof(string), Timeout, TimeProvider.System));
}
