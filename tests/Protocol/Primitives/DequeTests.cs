using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Primitives;

public sealed class DequeTests
{
    [Fact]
    public void It_does_what_a_list_does() => Prop.ForAll<(int Operation, int Value)[]>(operations =>
    {
        var deque = new Deque<int>(1);
        var list = new List<int>();
        foreach (var (operation, value) in operations)
        {
            Apply(operation, value, deque, list);
            Assert.Equal(list, Enumerable.Range(0, deque.Count).Select(i => deque[i]));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Elements_are_changed_in_place()
    {
        var deque = new Deque<int>();
        deque.AddLast(1);
        deque.AddLast(2);
        deque.First += 10;
        deque.Last += 20;
        Assert.Equal((11, 22), (deque[0], deque[1]));
    }

    [Fact]
    public void There_is_nothing_outside()
    {
        var deque = new Deque<int>(4);
        deque.AddLast(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => deque[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => deque[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => deque.RemoveFirst(2));
        deque.Clear();
        Assert.Throws<ArgumentOutOfRangeException>(() => deque.First);
        Assert.Throws<ArgumentOutOfRangeException>(() => deque.RemoveLast());
    }

    private static void Apply(int operation, int value, Deque<int> deque, List<int> list)
    {
        var at = list.Count == 0 ? 0 : (int)((uint)value % (uint)list.Count);
        switch ((uint)operation % 7)
        {
            case 0:
                deque.AddFirst(value);
                list.Insert(0, value);
                break;
            case 1:
                deque.Insert(at, value);
                list.Insert(at, value);
                break;
            case 2 when list.Count > 0:
                Assert.Equal(list[0], deque.RemoveFirst());
                list.RemoveAt(0);
                break;
            case 3 when list.Count > 0:
                Assert.Equal(list[^1], deque.RemoveLast());
                list.RemoveAt(list.Count - 1);
                break;
            case 4 when list.Count > 0:
                deque.RemoveAt(at);
                list.RemoveAt(at);
                break;
            case 5:
                deque.RemoveFirst(at);
                list.RemoveRange(0, at);
                break;
            default:
                deque.AddLast(value);
                list.Add(value);
                break;
        }
    }
}
