using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Asks every provider every five minutes for the vector of a short text, so that an outage is known before somebody searches, and
/// jobs that wait for one that is back go on.</summary>
internal sealed class ProviderChecks(
    Database dataSource, EmbeddingProviders providers, ProviderHealth health, ProviderAdmin admin, JobsOptions options, TimeProvider time,
    ILogger<ProviderChecks> log)
    : BackgroundService
{
    private const long LockNumber = 0x5ca1d_0b6;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.CheckProvidersEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The next round looks again.
                log.LogWarning(fault, "Looking after the embedding providers failed");
            }
        }
    }

    /// <summary>One round, unless another worker is at it.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Of the session, not of a transaction: none stays open while a provider takes its time. A lost connection gives it up.
        if (!await LockAsync("SELECT pg_try_advisory_lock($1)", connection, cancellationToken))
            return;
        try
        {
            foreach (var tenantId in await health.TenantsAsync(cancellationToken))
            {
                // Together, so that one that hangs does not hold up the others.
                await Task.WhenAll((await providers.ListAsync(tenantId, cancellationToken)).Select(row => CheckAsync(row, cancellationToken)));
            }
        }
        finally
        {
            await LockAsync("SELECT pg_advisory_unlock($1)", connection, CancellationToken.None);
        }
    }

    private async Task CheckAsync(ProviderRow row, CancellationToken cancellationToken)
    {
        try
        {
            if ((await health.TestAsync(row, isSaved: true, cancellationToken)).Available)
                await admin.AnswersAsync(row, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(fault, "Checking provider {ProviderId} of {TenantId} failed", row.Id, row.TenantId);
        }
    }

    private static async Task<bool> LockAsync(string sql, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = LockNumber } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
