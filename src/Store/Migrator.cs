using Npgsql;

namespace ScaiDrive.Store;

/// <summary>Brings a database to the schema this build expects, and puts every table of it behind <see cref="TenantWall"/>.</summary>
/// <remarks>Safe when several processes start at once: they wait for each other on an advisory lock. Each script and
/// the row that records it commit together, so a process that dies half-way leaves whole steps behind.</remarks>
public sealed class Migrator(Database database)
{
    /// <summary>Applies what is missing and answers the names of what it applied, <c>room/NNNN_name</c>.</summary>
    /// <param name="rooms">In the order in which their schemas may build on each other.</param>
    /// <param name="cancellationToken">Stops between two scripts.</param>
    /// <exception cref="SchemaMismatchException">The database was changed by a newer build in a way this one cannot
    /// serve, or an applied script differs from the one in this build.</exception>
    /// <exception cref="TenantRoleException">The wall between tenants needs a role that the connecting user may not make.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(IReadOnlyList<MigrationSet> rooms, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, MigrationSql.Lock, cancellationToken);
        try
        {
            await TenantWallBuilder.MakeRoleAsync(connection, cancellationToken);
            await ExecuteAsync(connection, MigrationSql.CreateTable, cancellationToken);
            var applied = new List<string>();
            foreach (var migration in await MissingAsync(connection, rooms, cancellationToken))
            {
                await ApplyAsync(connection, migration, cancellationToken);
                applied.Add($"{migration.Room}/{migration.Name}");
            }

            await TenantWallBuilder.BuildAsync(connection, cancellationToken);
            return applied;
        }
        finally
        {
            await ExecuteAsync(connection, MigrationSql.Unlock, CancellationToken.None);
        }
    }

    /// <summary>The names of the migrations this build has and the database has not, without changing anything.</summary>
    /// <exception cref="SchemaMismatchException">As for <see cref="MigrateAsync"/>.</exception>
    public async Task<IReadOnlyList<string>> PendingAsync(IReadOnlyList<MigrationSet> rooms, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand(MigrationSql.TableExists, connection);
        var missing = (bool)(await exists.ExecuteScalarAsync(cancellationToken))!
            ? await MissingAsync(connection, rooms, cancellationToken)
            : [.. rooms.SelectMany(room => room.Read())];
        return [.. missing.Select(migration => $"{migration.Room}/{migration.Name}")];
    }

    private static async Task<List<Migration>> MissingAsync(
        NpgsqlConnection connection, IReadOnlyList<MigrationSet> rooms, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<(string Room, string Name), string>();
        await using (var read = new NpgsqlCommand(MigrationSql.Applied, connection))
        await using (var rows = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                applied.Add((rows.GetString(0), rows.GetString(1)), rows.GetString(2));
        }

        var missing = new List<Migration>();
        foreach (var migration in rooms.SelectMany(room => room.Read()))
        {
            if (!applied.Remove((migration.Room, migration.Name), out var checksum))
                missing.Add(migration);
            else if (checksum != migration.Checksum)
                throw new SchemaMismatchException($"{migration.Room}/{migration.Name}", "was applied with other text than this build carries");
        }

        // Additive changes of a newer build are no reason to stop an older one during a rolling upgrade; breaking ones are.
        foreach (var (room, name) in applied.Keys.Where(key => rooms.Any(set => set.Room == key.Room)))
        {
            if (name.EndsWith("_breaking", StringComparison.Ordinal))
                throw new SchemaMismatchException($"{room}/{name}", "was applied by a newer build, and this one cannot serve what it made");
        }

        return missing;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var script = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
            await script.ExecuteNonQueryAsync(cancellationToken);
        await using (var record = new NpgsqlCommand(MigrationSql.Record, connection, transaction))
        {
            record.Parameters.Add(new() { Value = migration.Room });
            record.Parameters.Add(new() { Value = migration.Name });
            record.Parameters.Add(new() { Value = migration.Checksum });
            await record.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        // Types made by the script (enums, domains) are unknown to a connection that loaded them before.
        await connection.ReloadTypesAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The database's schema and this build do not fit together.</summary>
public sealed class SchemaMismatchException : Exception
{
    /// <summary>Says which migration is at odds and why.</summary>
    public SchemaMismatchException(string migration, string reason)
        : base($"Migration {migration} {reason}. Run a build that carries it, or restore the database that fits this one.") =>
        (Migration, Reason) = (migration, reason);

    /// <summary><c>room/NNNN_name</c>.</summary>
    public string Migration { get; }

    /// <summary>What does not fit.</summary>
    public string Reason { get; }
}
