using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue.Control;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>What operators decide about many jobs at once: shares, limits, pauses. Workers learn of it within a moment.</summary>
/// <remarks>A rule counts for every job that carries its key, of whatever tenant; who may set which key is for the caller to
/// decide. Every change answers the rule as it is then, or null when it says nothing any more and is gone.</remarks>
public sealed class QueueRules(Database dataSource, TimeProvider time)
{
    private const double MaxWeight = 1000;
    private const int MaxRate = 1_000_000;
    private const int MaxBy = 200;
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(1);

    /// <summary>All rules, by key.</summary>
    public async Task<IReadOnlyList<QueueRule>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RuleSql.List);
        var rules = new List<QueueRule>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            rules.Add(Read(row));
        return rules;
    }

    /// <summary>One rule, or null.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    public async Task<QueueRule?> FindAsync(string key, CancellationToken cancellationToken)
    {
        RuleKey.Parse(key);
        await using var command = dataSource.CreateCommand(RuleSql.Find);
        command.Parameters.Add(new() { Value = key });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>Sets the share of a tenant against others, or of a connector against the others of its tenant.</summary>
    /// <param name="key"><c>tenant:</c> or <c>connector:</c>.</param>
    /// <param name="weight">More than 0, at most 1000; null for the usual 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">Another key, or a weight out of range.</exception>
    public Task<QueueRule?> SetWeightAsync(string key, double? weight, CancellationToken cancellationToken)
    {
        CheckWeight(key, weight);
        return ChangeAsync(key, RuleSql.SetWeight, cancellationToken, Of(weight, NpgsqlDbType.Double));
    }

    /// <summary>Limits the jobs that carry the key.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="maxRunning">Running at once in the whole fleet, 1 or more; null for no limit.</param>
    /// <param name="rate">Starts over time; null for no limit. Another rate than before starts with a full burst.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">A key that is none, or a limit out of range.</exception>
    public Task<QueueRule?> SetLimitAsync(string key, int? maxRunning, RateLimit? rate, CancellationToken cancellationToken)
    {
        CheckLimit(key, maxRunning, rate);
        return ChangeAsync(key, RuleSql.SetLimit, cancellationToken, Limit(maxRunning, rate));
    }

    /// <summary>Sets weight and limits at once; null lifts. A pause stays as it is.</summary>
    /// <param name="key">Any key; only a tenant or a connector has a weight.</param>
    /// <param name="weight">As for <see cref="SetWeightAsync"/>.</param>
    /// <param name="maxRunning">As for <see cref="SetLimitAsync"/>.</param>
    /// <param name="rate">As for <see cref="SetLimitAsync"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">As for both; then nothing has changed.</exception>
    public Task<QueueRule?> SetAsync(string key, double? weight, int? maxRunning, RateLimit? rate, CancellationToken cancellationToken)
    {
        CheckWeight(key, weight);
        CheckLimit(key, maxRunning, rate);
        return ChangeAsync(key, RuleSql.Set, cancellationToken, [Of(weight, NpgsqlDbType.Double), .. Limit(maxRunning, rate)]);
    }

    /// <summary>Lets no further job with the key start; those that run go on. Pausing again replaces the pause.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="by">Who pauses, 1 to 200 characters.</param>
    /// <param name="reason">Why, for people; not empty.</param>
    /// <param name="until">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">A key that is none, nobody, no reason, or an end that has passed.</exception>
    public Task<QueueRule?> PauseAsync(string key, string by, string reason, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (until <= time.GetUtcNow())
            throw new ArgumentException($"A pause must end in the future, not at {until:u}.", nameof(until));
        return ChangeAsync(
            key, RuleSql.Pause, cancellationToken,
            Of(until?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            Of(TextColumn.Fit(by, MaxBy), NpgsqlDbType.Text), Of(TextColumn.Fit(reason, TextColumn.MessageLength), NpgsqlDbType.Text));
    }

    /// <summary>Lets jobs with the key start again: ends a pause, and what a handler had throttled. Without either, nothing changes.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    public Task<QueueRule?> ResumeAsync(string key, CancellationToken cancellationToken) => ChangeAsync(key, RuleSql.Resume, cancellationToken);

    /// <summary>Ends what handlers had throttled, with the caller's commit: what they waited for has changed. A pause stays.</summary>
    /// <param name="tx">The caller's transaction.</param>
    /// <param name="keys">Rule keys; those without a rule are passed over.</param>
    /// <param name="exceptReason">What was throttled for a reason that begins so stays throttled; null: nothing does.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of what is decided about keys, beside the others.")]
    public async Task EndThrottlesAsync(NpgsqlTransaction tx, IReadOnlyCollection<string> keys, string? exceptReason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tx);
        var sorted = keys.Order(StringComparer.Ordinal).ToArray();
        await using var batch = new NpgsqlBatch(tx.Connection, tx)
        {
            BatchCommands =
            {
                new(RuleSql.EndThrottles) { Parameters = { new() { Value = sorted }, Of(exceptReason, NpgsqlDbType.Text) } },
                new(RuleSql.DropAllEmpty) { Parameters = { new() { Value = sorted } } },
                new(RuleSql.Announce),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets all that is decided about the key. Without a rule, nothing changes.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => ChangeAsync(key, RuleSql.Delete, cancellationToken);

    private async Task<QueueRule?> ChangeAsync(string key, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] values)
    {
        RuleKey.Parse(key);
        // A batch is one transaction: nobody sees the rule between its change and its end.
        await using var batch = dataSource.CreateBatch();
        var change = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter { Value = key } } };
        foreach (var value in values)
            change.Parameters.Add(value);
        batch.BatchCommands.Add(change);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RuleSql.DropEmpty) { Parameters = { new NpgsqlParameter { Value = key } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RuleSql.Announce));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(RuleSql.Find) { Parameters = { new NpgsqlParameter { Value = key } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        // The announcement answers a row of its own before the rule.
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    private static void CheckWeight(string key, double? weight)
    {
        if (weight is not null && RuleKey.Parse(key).About is not ("tenant" or "connector"))
            throw new ArgumentException($"Only a tenant: or a connector: has a weight, not {key}.", nameof(key));
        if (weight is not null and not (> 0 and <= MaxWeight))
            throw new ArgumentException($"A weight is more than 0 and at most {MaxWeight}, not {weight}.", nameof(weight));
    }

    private static void CheckLimit(string key, int? maxRunning, RateLimit? rate)
    {
        if (maxRunning < 1)
            throw new ArgumentException($"At least 1 job must be allowed to run, not {maxRunning}; to stop all of them, pause {key}.", nameof(maxRunning));
        if (rate is not null)
        {
            if (rate.Count is < 1 or > MaxRate)
                throw new ArgumentException($"A rate is 1 to {MaxRate} starts per period, not {rate.Count}.", nameof(rate));
            if (rate.Burst is < 1 or > MaxRate)
                throw new ArgumentException($"A burst is 1 to {MaxRate} starts, not {rate.Burst}.", nameof(rate));
            if (rate.Period < ShortestPeriod || rate.Period > LongestPeriod)
                throw new ArgumentException($"The period of a rate is {ShortestPeriod} to {LongestPeriod}, not {rate.Period}.", nameof(rate));
        }
    }

    private static NpgsqlParameter[] Limit(int? maxRunning, RateLimit? rate) =>
    [
        Of(maxRunning, NpgsqlDbType.Integer), Of(rate?.Count, NpgsqlDbType.Integer), Of(rate?.Period, NpgsqlDbType.Interval), Of(rate?.Burst, NpgsqlDbType.Integer),
    ];

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static QueueRule Read(NpgsqlDataReader row) => new()
    {
        Key = row.GetString(0),
        Weight = row.IsDBNull(1) ? null : row.GetDouble(1),
        MaxRunning = row.IsDBNull(2) ? null : row.GetInt32(2),
        Rate = row.IsDBNull(3) ? null : new RateLimit(row.GetInt32(3), row.GetTimeSpan(4), row.GetInt32(5)),
        Pause = row.IsDBNull(6)
            ? null
            : new RulePause(row.GetDateTime(6), row.IsDBNull(7) ? null : row.GetDateTime(7), row.IsDBNull(8) ? "" : row.GetString(8), row.IsDBNull(9) ? "" : row.GetString(9)),
        ThrottledUntil = row.IsDBNull(10) ? null : row.GetDateTime(10),
        ThrottleReason = row.IsDBNull(11) ? null : row.GetString(11),
        UpdatedAt = row.GetDateTime(12),
    };
}
