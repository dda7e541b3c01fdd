using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Positional parameters with their type stated, so that a NULL prepares the same statement as a value does.</summary>
internal static class Arg
{
    internal static NpgsqlParameter Of(string? value) => Typed(value, NpgsqlDbType.Text);

    internal static NpgsqlParameter Of(int? value) => Typed(value, NpgsqlDbType.Integer);

    internal static NpgsqlParameter Of(long? value) => Typed(value, NpgsqlDbType.Bigint);

    internal static NpgsqlParameter Of(bool value) => Typed(value, NpgsqlDbType.Boolean);

    internal static NpgsqlParameter Of(DateTimeOffset? value) => Typed(value, NpgsqlDbType.TimestampTz);

    internal static NpgsqlParameter Of(byte[] value) => Typed(value, NpgsqlDbType.Bytea);

    internal static NpgsqlParameter Of(string?[] value) => Typed(value, NpgsqlDbType.Array | NpgsqlDbType.Text);

    internal static NpgsqlParameter Of(DateTimeOffset?[] value) => Typed(value, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);

    internal static NpgsqlParameter Of(long?[] value) => Typed(value, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    /// <summary>In no order; null is a NULL.</summary>
    internal static NpgsqlParameter OfMany(IEnumerable<long>? values) => Typed(values?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    internal static NpgsqlParameter Of(int?[] value) => Typed(value, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    internal static NpgsqlParameter Of(bool[] value) => Typed(value, NpgsqlDbType.Array | NpgsqlDbType.Boolean);

    /// <summary>PostgreSQL keeps microseconds; what is returned from a write must equal what is read later.</summary>
    internal static DateTimeOffset ToStored(this DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    internal static Statement Command(this NpgsqlTransaction transaction, string sql, params ReadOnlySpan<NpgsqlParameter> parameters) =>
        With(new Statement(transaction, sql), parameters);

    internal static Statement Command(this Database database, string sql, params ReadOnlySpan<NpgsqlParameter> parameters) =>
        With(database.CreateCommand(sql), parameters);

    internal static NpgsqlBatch Batch(this NpgsqlTransaction transaction) => new(transaction.Connection, transaction);

    internal static NpgsqlBatch Then(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        return batch;
    }

    private static Statement With(Statement statement, ReadOnlySpan<NpgsqlParameter> parameters)
    {
        foreach (var parameter in parameters)
            statement.Parameters.Add(parameter);
        return statement;
    }

    private static NpgsqlParameter Typed(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
