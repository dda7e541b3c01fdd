using Npgsql;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>How a provider does: what was seen last, and the figures of the last hour.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (it answers, but refuses or delays some requests), <c>down</c>, or <c>unknown</c> while nobody has asked it.</param>
/// <param name="CheckedAt">When its status was last written down.</param>
/// <param name="Since">Since when it is up or down.</param>
/// <param name="Code">Why it is down.</param>
/// <param name="Message">Why, in words.</param>
/// <param name="StandInId">Who embeds in its place.</param>
public sealed record ProviderHealthReport(
    string Status, DateTimeOffset? CheckedAt, DateTimeOffset? Since, string? Code, string? Message, string? StandInId)
{
    /// <summary>Nobody has asked it yet.</summary>
    public static ProviderHealthReport Unknown { get; } = new("unknown", null, null, null, null, null);

    /// <summary>Half of the answered requests took at most so many milliseconds; null when there were none.</summary>
    public double? LatencyP50Ms { get; init; }

    /// <summary>19 of 20 of them.</summary>
    public double? LatencyP95Ms { get; init; }

    /// <summary>Texts embedded per minute, over the minutes in which there were any; null when there were none.</summary>
    public double? EmbeddingsPerMinute { get; init; }

    /// <summary>Requests of the last hour.</summary>
    public long Requests { get; init; }

    /// <summary>Those that failed.</summary>
    public long Failures { get; init; }

    /// <summary>Those that were answered with a wish to wait.</summary>
    public long Throttled { get; init; }

    /// <summary>Tokens embedded in the last hour, by the provider's count or else by ours.</summary>
    public long Tokens { get; init; }

    /// <summary>What these tokens cost; null when no price is set.</summary>
    public decimal? CostEstimate { get; init; }
}

/// <summary>Reads how providers do, and asks them.</summary>
public sealed class ProviderHealth(Database database, EmbeddingProviders providers, ProviderWatch watch)
{
    private const string CheckText = "How is the weather?";

    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(10);

    /// <summary>How each provider of a tenant does, by its key.</summary>
    public async Task<IReadOnlyDictionary<string, ProviderHealthReport>> ReadAsync(
        string tenantId, IReadOnlyList<ProviderRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(ProviderHealthSql.States) { Parameters = { new() { Value = tenantId } } });
        batch.BatchCommands.Add(new(ProviderHealthSql.Samples) { Parameters = { new() { Value = tenantId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var states = new Dictionary<string, ProviderHealthReport>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            states[reader.GetString(0)] = new(
                reader.GetString(1) switch { "up" => "healthy", var other => other }, Time(reader, 5), Time(reader, 6), Text(reader, 2), Text(reader, 3), Text(reader, 4));
        }

        await reader.NextResultAsync(cancellationToken);
        var hours = new Dictionary<string, ProviderHour>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!hours.TryGetValue(reader.GetString(0), out var hour))
                hours[reader.GetString(0)] = hour = new();
            hour.Add(
                reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.GetFieldValue<long[]>(6), reader.GetDateTime(7), reader.GetBoolean(8));
        }

        return rows.ToDictionary(
            row => row.Id,
            row => hours.GetValueOrDefault(row.Id, new()).Complete(states.GetValueOrDefault(row.Id, ProviderHealthReport.Unknown), row.CostPerMillionTokens),
            StringComparer.Ordinal);
    }

    /// <summary>Embeds a short text now, and writes down what came of it.</summary>
    /// <param name="row">Saved or not.</param>
    /// <param name="isSaved">Whether it is; then what came of it also holds for whoever asks next.</param>
    /// <param name="cancellationToken">Stops waiting; it waits 10 seconds at most anyway.</param>
    public async Task<ProviderTest> TestAsync(ProviderRow row, bool isSaved, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CheckPatience);
        try
        {
            var vector = await (isSaved ? providers.Open(row) : providers.OpenAnew(row)).TestAsync(CheckText, patience.Token);
            return new(true, System.Diagnostics.Stopwatch.GetElapsedTime(started), vector.Length, null, null);
        }
        catch (EmbeddingUnavailableException fault)
        {
            return new(false, System.Diagnostics.Stopwatch.GetElapsedTime(started), null, fault.Code, fault.Message) { RetryAfter = fault.RetryAfter };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = new EmbeddingUnavailableException(row.Id, FaultCodes.Down, $"Provider {row.Id} ({row.Type}): No answer within {CheckPatience.TotalSeconds} seconds.")
            {
                Kind = EmbeddingFaultKind.Outage,
            };
            await watch.FailedAsync(row, fault, CheckPatience);
            return new(false, System.Diagnostics.Stopwatch.GetElapsedTime(started), null, fault.Code, fault.Message);
        }
    }

    /// <summary>The tenants that have providers.</summary>
    public async Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProviderHealthSql.AllProviders);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(reader.GetString(0));
        return tenants;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>What came of one short text.</summary>
/// <param name="Available">Whether it was embedded.</param>
/// <param name="Latency">How long the attempt took.</param>
/// <param name="Dimensions">Length of the vector.</param>
/// <param name="Code">One of <see cref="FaultCodes"/>, when it was not.</param>
/// <param name="Message">Why, in words.</param>
public sealed record ProviderTest(bool Available, TimeSpan Latency, int? Dimensions, string? Code, string? Message)
{
    /// <summary>How long it asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
