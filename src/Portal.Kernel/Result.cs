using System.Diagnostics.CodeAnalysis;

namespace Portal.Kernel;

/// <summary>The outcome of an operation that may be refused. Exceptions remain for bugs and outages.</summary>
public readonly record struct Result
{
    Result(Error? error) => Error = error;

    /// <summary>Why it was refused; null on success.</summary>
    public Error? Error { get; }

    /// <summary>True when nothing was refused.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    /// <summary>The successful outcome.</summary>
    public static Result Success => default;

    /// <summary>A refusal.</summary>
    public static implicit operator Result(Error error) => new(error);
}

/// <summary>The outcome of an operation that returns a <typeparamref name="T"/> or is refused.</summary>
/// <typeparam name="T">What success carries.</typeparam>
public readonly record struct Result<T>
{
    readonly T? _value;

    Result(T? value, Error? error) => (_value, Error) = (value, error);

    /// <summary>Why it was refused; null on success.</summary>
    public Error? Error { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The operation was refused; the message is the error's.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException(Error.ToString());

    /// <summary>Success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Result<T>(Error error) => new(default, error);

    /// <summary>Carries success on and passes a refusal through.</summary>
    public Result<TNext> Map<TNext>(Func<T, TNext> next) => Error is null ? next(_value!) : Error;
}
