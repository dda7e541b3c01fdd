using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Sees every request to a provider: counts it, and writes down when a provider begins to fail, is stood in for, or is back.</summary>
/// <remarks>Nothing here fails a request: without its database a provider embeds all the same.</remarks>
public sealed class ProviderWatch(
    Database database, SearchMetrics metrics, IEnumerable<IProviderListener> listeners, TimeProvider time, ILogger<ProviderWatch> log)
{
    // What another process wrote meanwhile is put right after this long.
    private static readonly TimeSpan BelievedFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string TenantId, string Id), (string State, DateTimeOffset At)> _written = new();
    private ConcurrentDictionary<(string TenantId, string Id), ProviderTally> _tallies = new();

    /// <summary>A request was answered.</summary>
    internal Task SucceededAsync(ProviderRow row, int texts, long tokens, TimeSpan took)
    {
        metrics.EmbedSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("provider", row.Type));
        TallyOf(row).Add(texts, tokens, took);
        return WriteAsync(row, "up", null, null);
    }

    /// <summary>A request failed.</summary>
    internal Task FailedAsync(ProviderRow row, EmbeddingUnavailableException fault, TimeSpan took)
    {
        metrics.EmbedSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("provider", row.Type));
        TallyOf(row).AddFailure(fault.Kind);
        return fault.IsTransient && fault.Kind != EmbeddingFaultKind.Outage || fault.Kind == EmbeddingFaultKind.Text
            ? Task.CompletedTask
            : WriteAsync(row, "down", fault, null);
    }

    /// <summary>Another one embedded in its place.</summary>
    internal Task StoodInAsync(ProviderRow row, ProviderRow standIn, EmbeddingUnavailableException fault) => WriteAsync(row, "down", fault, standIn.Id);

    /// <summary>Writes the counts since the last time, one row for each provider that was asked.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        var tallies = Interlocked.Exchange(ref _tallies, new());
        foreach (var ((tenantId, id), tally) in tallies)
        {
            await using var command = database.CreateCommand(ProviderHealthSql.AddSample);
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = id });
            foreach (var value in tally.Values())
                command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Forgets what was counted too long ago to be shown.</summary>
    internal async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProviderHealthSql.PruneSamples);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private ProviderTally TallyOf(ProviderRow row) => _tallies.GetOrAdd((row.TenantId, row.Id), _ => new ProviderTally());

    private async Task WriteAsync(ProviderRow row, string status, EmbeddingUnavailableException? fault, string? standInId)
    {
        var (key, state) = ((row.TenantId, row.Id), $"{status} {fault?.Code} {standInId}");
        // A failure that says nothing of a stand-in leaves the one that is known.
        if (_written.TryGetValue(key, out var last) && time.GetUtcNow() - last.At < BelievedFor
            && (last.State == state || (status == "down" && standInId is null && last.State.StartsWith(state, StringComparison.Ordinal))))
            return;
        _written[key] = (state, time.GetUtcNow());
        try
        {
            // A provider that is only being tried has no row; what is known of it must not hold once it is saved.
            if (!await WriteAsync(row, status, fault, standInId, CancellationToken.None))
                _written.TryRemove(key, out _);
        }
        catch (Exception problem)
        {
            // Not with every request: a database that is away costs time as well.
            _written[key] = (state, time.GetUtcNow() - BelievedFor + TryAgainAfter);
            log.LogWarning(problem, "How provider {ProviderId} of {TenantId} does could not be written down", row.Id, row.TenantId);
        }
    }

    /// <returns>False when there is no such provider.</returns>
    private async Task<bool> WriteAsync(ProviderRow row, string status, EmbeddingUnavailableException? fault, string? standInId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var ensure = Command(transaction, ProviderHealthSql.EnsureState, row))
            await ensure.ExecuteNonQueryAsync(cancellationToken);
        string before;
        string? stoodIn;
        await using (var hold = Command(transaction, ProviderHealthSql.HoldState, row))
        {
            await using var reader = await hold.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return false;
            (before, stoodIn) = (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1));
        }

        var standsIn = status == "up" ? null : standInId ?? stoodIn;
        await using (var save = Command(transaction, ProviderHealthSql.SaveState, row))
        {
            save.Parameters.Add(new() { Value = status });
            foreach (var text in new[] { fault?.Code, fault?.Message, standsIn })
                save.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await save.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var kind in Changes(before, status, stoodIn, standsIn))
        {
            var change = new ProviderChange(kind, row, fault?.Code, fault?.Message, standsIn ?? stoodIn);
            log.LogWarning("Provider {ProviderId} of {TenantId}: {Change} {Code} {Message}", row.Id, row.TenantId, kind, fault?.Code, fault?.Message);
            foreach (var listener in listeners)
                await listener.OnChangeAsync(transaction, change, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static IEnumerable<ProviderChangeKind> Changes(string before, string status, string? stoodIn, string? standsIn)
    {
        if (status == "down" && before != "down")
            yield return ProviderChangeKind.Down;
        if (standsIn is not null && standsIn != stoodIn)
            yield return ProviderChangeKind.FallbackBegan;
        if (standsIn is null && stoodIn is not null)
            yield return ProviderChangeKind.FallbackEnded;
        if (status == "up" && before == "down")
            yield return ProviderChangeKind.Up;
    }

    private static NpgsqlCommand Command(NpgsqlTransaction transaction, string sql, ProviderRow row) => new(sql, transaction.Connection, transaction)
    {
        Parameters = { new() { Value = row.TenantId }, new() { Value = row.Id } },
    };
}
