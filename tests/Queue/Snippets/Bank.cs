namespace ScaiDrive.Queue.Tests.Snippets;

/// <summary>Stands for a system outside: it honours idempotency keys.</summary>
public sealed class Bank
{
    private readonly Dictionary<string, string> charges = [];

    public Queue<Exception> Faults { get; } = new();

    public int Charges => charges.Count;

    public Task<string> ChargeAsync(string idempotencyKey, long cents, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Faults.TryDequeue(out var fault))
            throw fault;
        charges.TryAdd(idempotencyKey, $"receipt of {cents}");
        return Task.FromResult(charges[idempotencyKey]);
    }
}

public sealed class BankIsBusyException(TimeSpan retryAfter) : Exception("The bank is busy.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

public sealed class AccountClosedException() : Exception("The account is closed.");
