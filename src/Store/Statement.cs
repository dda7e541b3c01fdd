using Npgsql;

namespace ScaiDrive.Store;

/// <summary>One statement with its parameters, run as often as needed, and disposed by whoever made it.</summary>
/// <remarks>To its callers it looks like the driver's own command, down to the tokens that may be left out.</remarks>
public sealed class Statement : IAsyncDisposable
{
    private readonly NpgsqlBatch batch;
    private readonly NpgsqlBatchCommand statement;

    internal Statement(NpgsqlBatch batch, NpgsqlBatchCommand statement) => (this.batch, this.statement) = (batch, statement);

    /// <summary>A statement of an open transaction.</summary>
    public Statement(NpgsqlTransaction transaction, string sql)
        : this(transaction?.Connection ?? throw new ArgumentNullException(nameof(transaction)), sql) =>
        batch.Transaction = transaction;

    /// <summary>A statement on an open connection.</summary>
    public Statement(NpgsqlConnection connection, string sql)
    {
        statement = new NpgsqlBatchCommand(sql);
        batch = new NpgsqlBatch(connection) { BatchCommands = { statement } };
    }

    /// <summary><c>$1</c> first.</summary>
    public NpgsqlParameterCollection Parameters => statement.Parameters;

    /// <summary>Seconds until the statement is given up; 0 for never. Default 30.</summary>
    public int CommandTimeout
    {
        get => batch.Timeout;
        set => batch.Timeout = value;
    }

    /// <summary>The rows.</summary>
    public Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) => batch.ExecuteReaderAsync(cancellationToken);

    /// <summary>The first column of the first row; null when there is no row.</summary>
    public Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => batch.ExecuteScalarAsync(cancellationToken);

    /// <summary>How many rows were written.</summary>
    public Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) => batch.ExecuteNonQueryAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => batch.DisposeAsync();
}
