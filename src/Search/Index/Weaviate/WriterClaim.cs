namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The right of this process to write for a tenant, renewed before each write and given back at the end.</summary>
internal sealed class WriterClaim : IAsyncDisposable
{
    private readonly WeaviateState _state;
    private readonly string _tenantId;
    private readonly WeaviateOptions _options;
    private readonly TimeProvider _time;
    private long _renewedAt;

    private WriterClaim(WeaviateState state, string tenantId, WeaviateOptions options, TimeProvider time) =>
        (_state, _tenantId, _options, _time, _renewedAt) = (state, tenantId, options, time, time.GetTimestamp());

    /// <summary>Null: another process writes.</summary>
    internal static async Task<WriterClaim?> TakeAsync(
        WeaviateState state, string tenantId, WeaviateOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        await state.ClaimAsync(tenantId, options.Lease, cancellationToken) ? new(state, tenantId, options, time) : null;

    /// <summary>Makes sure that the next write ends before anyone else may begin.</summary>
    /// <exception cref="WeaviateException">Another process writes by now; what this one has in hand may be old.</exception>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        // What is left must be longer than a write may take.
        if (_time.GetElapsedTime(_renewedAt) < (_options.Lease - _options.WriteTimeout) / 2)
            return;
        var started = _time.GetTimestamp();
        if (!await _state.ClaimAsync(_tenantId, _options.Lease, cancellationToken))
            throw new WeaviateException($"Another process has begun to write the index of {_tenantId}.");
        _renewedAt = started;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _state.ReleaseAsync(_tenantId, CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException)
        {
            // It runs out by itself.
        }
    }
}
