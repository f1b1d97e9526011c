using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>A value, or everything that is wrong with its text; never both, never neither.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed record ParseResult<T>
    where T : class
{
    private ParseResult(T? value, EquatableArray<PolicyError> errors)
    {
        Value = value;
        Errors = errors;
    }

    /// <summary>The value; null when there are errors.</summary>
    public T? Value { get; }

    /// <summary>All errors that were found, in the order of the text; empty when there is a value.</summary>
    public EquatableArray<PolicyError> Errors { get; }

    /// <summary>A text that is right.</summary>
    public static ParseResult<T> Of(T value) => new(value, []);

    /// <summary>A text that is refused; at least one error.</summary>
    public static ParseResult<T> Refused(EquatableArray<PolicyError> errors) =>
        errors.IsEmpty ? throw new ArgumentException("A refusal names at least one error.", nameof(errors)) : new(null, errors);
}
