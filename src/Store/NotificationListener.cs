using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ScaiDrive.Store;

/// <summary>Turns <c>LISTEN</c> into a stream of wake-ups that a lost or half-open connection cannot silence.</summary>
/// <remarks>A notification is a hint, never the truth: it may be lost with the connection. So a listener is also woken
/// after every (re)connect and at least every <c>pollEvery</c>, and each such pause ends with a question to the server
/// that proves the connection still answers.</remarks>
public sealed class NotificationListener(Database database, TimeProvider time, ILogger<NotificationListener> log)
{
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(5);

    /// <summary>Yields the payload of each notification on <paramref name="channel"/>, and <see langword="null"/> for
    /// "look at everything": after each (re)connect, and when nothing came for <paramref name="pollEvery"/>.</summary>
    /// <remarks>Never ends by itself and never throws for a lost connection; while the server cannot be reached it
    /// yields <see langword="null"/> after each failed try, so that callers' own backup polls go on.</remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<string?> ListenAsync(
        string channel, TimeSpan pollEvery, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var session = await OpenAsync(channel, cancellationToken);
            yield return null;
            if (session is null)
            {
                failures++;
                var delay = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(failures, 6)));
                await Task.Delay(delay < LongestRetryDelay ? delay : LongestRetryDelay, time, cancellationToken);
                continue;
            }

            failures = 0;
            while (await session.WaitAsync(pollEvery, cancellationToken))
            {
                if (session.Received.Count == 0)
                    yield return null;
                while (session.Received.TryDequeue(out var payload))
                    yield return payload;
            }

            log.LogWarning("Lost the connection that listens on {Channel}; connecting again", channel);
        }
    }

    private async Task<Session?> OpenAsync(string channel, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await database.OpenConnectionAsync(cancellationToken);
            var session = new Session(connection);
            await session.ExecuteAsync($"LISTEN \"{channel.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", cancellationToken);
            return session;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            log.LogWarning("Cannot listen on {Channel}: {Reason}", channel, fault.Message);
            return null;
        }
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly NpgsqlConnection connection;

        internal Session(NpgsqlConnection connection)
        {
            this.connection = connection;
            connection.Notification += (_, notification) => Received.Enqueue(notification.Payload);
        }

        internal Queue<string> Received { get; } = new();

        /// <summary>True when something came or the pause ended on a live connection, false when it is lost.</summary>
        internal async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            try
            {
                if (Received.Count == 0 && !await connection.WaitAsync(atMost, cancellationToken))
                    await ExecuteAsync("SELECT 1", cancellationToken);
                return true;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                return false;
            }
        }

        internal async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 5 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                try
                {
                    // The connection goes back to the pool, and must not carry the subscription along.
                    await ExecuteAsync("UNLISTEN *", CancellationToken.None);
                }
                catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
                {
                    // Then the connection is broken, and the pool drops it.
                }
            }

            await connection.DisposeAsync();
        }
    }
}
