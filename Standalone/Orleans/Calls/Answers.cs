using System.Runtime.CompilerServices;

namespace Multipath.Standalone.Orleans.Calls;

/// <summary>A call that answers without a value.</summary>
internal abstract class VoidCall : Call
{
    private AsyncTaskMethodBuilder _answer;

    /// <summary>The caller's task; taken before the call is sent, because its first reader makes it.</summary>
    internal Task Task => _answer.Task;

    protected override void AnswerResult(Task work) => _answer.SetResult();

    protected override void AnswerFailure(Exception failure) => _answer.SetException(failure);
}

/// <summary>A call that answers with a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal abstract class ResultCall<T> : Call
{
    private AsyncTaskMethodBuilder<T> _answer;

    /// <summary>The caller's task; taken before the call is sent, because its first reader makes it.</summary>
    internal Task<T> Task => _answer.Task;

    protected override void AnswerResult(Task work) => _answer.SetResult(((Task<T>)work).Result);

    protected override void AnswerFailure(Exception failure) => _answer.SetException(failure);
}
