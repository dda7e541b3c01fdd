using Npgsql;

namespace ScaiDrive.Store;

/// <summary>Opens the pools of connections that every room shares, with the settings the fleet relies on.</summary>
public static class PostgresDataSource
{
    /// <summary>Seconds a transaction may sit idle before the server ends it. A worker that is stopped in the middle of a
    /// transaction would otherwise hold row locks that block its own rescue.</summary>
    public const int IdleInTransactionSeconds = 10;

    private const int DriverTimeoutSeconds = 15;
    private const int ConnectTimeoutSeconds = 5;

    /// <summary>Makes the pools.</summary>
    /// <param name="urlOrConnectionString"><c>postgresql://user:password@host:port/database?sslmode=require</c>, with or
    /// without a driver suffix such as <c>postgresql+asyncpg</c>, or an Npgsql connection string (<c>Host=…;…</c>).</param>
    /// <param name="applicationName">Shown in <c>pg_stat_activity</c>, so that an operator knows who holds a connection.</param>
    /// <exception cref="FormatException">The value is neither; the message says what is expected. It never repeats the
    /// value, which may hold a password.</exception>
    public static Database Create(string urlOrConnectionString, string applicationName)
    {
        var settings = Parse(urlOrConnectionString);
        settings.ApplicationName = applicationName;
        // Shorter than the driver's own, unless somebody chose: a worker that waits for a dead network longer than a
        // lease has lost its jobs by the time it connects.
        if (settings.Timeout == DriverTimeoutSeconds)
            settings.Timeout = ConnectTimeoutSeconds;
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        settings.KeepAlive = 15;
        settings.TcpKeepAlive = true;
        settings.IncludeErrorDetail = false;
        settings.Options = string.Join(' ', new[]
        {
            settings.Options,
            $"-c idle_in_transaction_session_timeout={IdleInTransactionSeconds}s",
            // Statements here are short and many; compiling them takes longer than running them.
            "-c jit=off",
        }.Where(part => !string.IsNullOrEmpty(part)));
        return new Database(new NpgsqlDataSourceBuilder(settings.ConnectionString).Build(), new NpgsqlDataSourceBuilder(settings.ConnectionString).Build());
    }

    /// <summary>Reads either form into a connection string builder.</summary>
    /// <exception cref="FormatException">As for <see cref="Create"/>.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string urlOrConnectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(urlOrConnectionString);
        if (!urlOrConnectionString.Contains("://", StringComparison.Ordinal))
        {
            try
            {
                return new NpgsqlConnectionStringBuilder(urlOrConnectionString);
            }
            catch (ArgumentException)
            {
                throw new FormatException(Expected);
            }
        }

        if (!Uri.TryCreate(urlOrConnectionString, UriKind.Absolute, out var url))
            throw new FormatException(Expected);
        if (url.Scheme.Split('+')[0] is not ("postgresql" or "postgres"))
            throw new FormatException($"The scheme '{url.Scheme}' is not served: ScaiDrive keeps its data in PostgreSQL 15 or newer. {Expected}");

        var settings = new NpgsqlConnectionStringBuilder { Host = url.Host, Port = url.IsDefaultPort || url.Port < 0 ? 5432 : url.Port };
        var credentials = url.UserInfo.Split(':', 2);
        if (credentials[0].Length > 0)
            settings.Username = Uri.UnescapeDataString(credentials[0]);
        if (credentials.Length == 2)
            settings.Password = Uri.UnescapeDataString(credentials[1]);
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
            settings.Database = Uri.UnescapeDataString(database);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, Uri.UnescapeDataString(v)) : (pair, "");
            try
            {
                if (key.Equals("host", StringComparison.OrdinalIgnoreCase))
                    settings.Host = value;
                else if (key.Equals("sslmode", StringComparison.OrdinalIgnoreCase))
                    settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal); // verify-full is VerifyFull here
                else
                    settings[key] = value;
            }
            catch (ArgumentException)
            {
                throw new FormatException($"The parameter '{key}' or its value is not known. {Expected}");
            }
        }

        return settings;
    }

    private const string Expected =
        "Expected postgresql://user:password@host:5432/database or an Npgsql connection string (Host=...;Username=...;Password=...;Database=...).";
}
