using Microsoft.Data.Sqlite;

namespace ScaiDrive.Search.Index.Local;

/// <summary>A SQLite connection and its prepared statements, for one thread at a time.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private SqliteStatements(SqliteConnection connection) => _connection = connection;

    internal static SqliteStatements Open(string path, bool readOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            // A closed connection must let go of its file, or a damaged index could not be deleted.
            Pooling = false,
        }.ToString());
        var statements = new SqliteStatements(connection);
        try
        {
            connection.Open();
            // FULL: a slot freed by one transaction is reused by a later one, so the first must not be lost when power fails.
            statements.Execute(readOnly
                ? "PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824"
                : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY");
            return statements;
        }
        catch
        {
            statements.Dispose();
            throw;
        }
    }

    internal bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    internal Transaction Begin()
    {
        Run("BEGIN IMMEDIATE");
        return new(this);
    }

    internal void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    internal int Run(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    internal object? Scalar(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteScalar() is var value and not DBNull ? value : null;

    internal SqliteDataReader Read(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteReader();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _connection.Dispose();
    }

    /// <summary>An open transaction; rolled back when it is left without a commit.</summary>
    /// <remarks>Not the driver's own, which would have to be given to every prepared statement anew.</remarks>
    internal sealed class Transaction(SqliteStatements statements) : IDisposable
    {
        private bool _isOpen = true;

        internal void Commit()
        {
            statements.Run("COMMIT");
            _isOpen = false;
        }

        /// <inheritdoc />
        public void Dispose()
        {
            // After some faults SQLite has rolled back by itself.
            if (_isOpen && statements.IsInTransaction)
                statements.Run("ROLLBACK");
        }
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= arguments.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared[sql] = command;
        }

        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        return command;
    }
}
