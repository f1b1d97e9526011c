using System.Reflection;
using Multipath.Standalone.Orleans.Calls;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Proxies;

/// <summary>What emitted code needs to know of a method's return type.</summary>
/// <param name="CallBase">The base class of its calls.</param>
/// <param name="Send">The method of <see cref="GrainReference"/> that sends such a call.</param>
/// <param name="FromTask">Makes the return value from the task of the call; null if it is the task.</param>
/// <param name="ToTask">Makes a task from the return value; null if it is one.</param>
/// <param name="IsVoid">Whether nothing is returned.</param>
internal sealed record ReturnKind(Type CallBase, MethodInfo Send, ConstructorInfo? FromTask, MethodInfo? ToTask, bool IsVoid)
{
    private const BindingFlags Internal = BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    internal static ReturnKind Of(Type type)
    {
        if (!type.IsGenericType)
        {
            MethodInfo? toTask = type == typeof(void) ? Helper(nameof(Completed))
                : type == typeof(ValueTask) ? Helper(nameof(AsTask))
                : null;
            return new ReturnKind(typeof(VoidCall), SendMethod(isGeneric: false),
                type == typeof(ValueTask) ? type.GetConstructor([typeof(Task)]) : null, toTask, type == typeof(void));
        }

        Type value = type.GetGenericArguments()[0];
        bool isValueTask = type.GetGenericTypeDefinition() == typeof(ValueTask<>);
        return new ReturnKind(typeof(ResultCall<>).MakeGenericType(value), SendMethod(isGeneric: true).MakeGenericMethod(value),
            isValueTask ? type.GetConstructor([typeof(Task<>).MakeGenericType(value)]) : null,
            isValueTask ? Helper(nameof(AsTaskOf)).MakeGenericMethod(value) : null, IsVoid: false);
    }

    internal static Task Completed() => Task.CompletedTask;

    internal static Task AsTask(ValueTask work) => work.AsTask();

    internal static Task AsTaskOf<T>(ValueTask<T> work) => work.AsTask();

    private static MethodInfo Helper(string name) => typeof(ReturnKind).GetMethod(name, Internal)!;

    private static MethodInfo SendMethod(bool isGeneric)
        => typeof(GrainReference).GetMethods(Internal)
            .Single(method => method.Name == "Send" && method.IsGenericMethodDefinition == isGeneric);
}
