using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace ScaiDrive.Store.Embedded;

/// <summary>A PostgreSQL server of our own: private data directory, Unix socket, a loopback port it chose, and an
/// unprivileged account. It never touches another server, and it ends with the process that started it.</summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string UserName = "scaidrive";
    private const string SocketRecord = "socket-directory.txt";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process server;
    private readonly NpgsqlConnectionStringBuilder settings;
    private readonly string socketDirectory;

    private EmbeddedPostgres(Process server, NpgsqlConnectionStringBuilder settings, string socketDirectory) =>
        (this.server, this.settings, this.socketDirectory) = (server, settings, socketDirectory);

    /// <summary>The loopback port, for tools such as <c>psql</c>.</summary>
    public int Port => settings.Port;

    /// <summary>The operating system's id of the server process.</summary>
    public int ProcessId => server.Id;

    /// <summary>Ends when the server process ends, by whatever cause.</summary>
    public Task Exited => server.WaitForExitAsync(CancellationToken.None);

    /// <summary>How to connect to <paramref name="database"/>, by way of the Unix socket. Holds the password.</summary>
    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Starts the server, making its cluster first when there is none, and recovering it after a crash.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var home = Path.GetFullPath(options.Directory);
        Directory.CreateDirectory(home);
        var account = ServerAccount.Current;
        var cluster = await PlaceClusterAsync(home, account, cancellationToken);
        var password = ReadOrMakePassword(home);
        var installation = ChooseInstallation(cluster);

        await EndEarlierServerAsync(cluster, installation, account, time, cancellationToken);
        RemoveLeftovers(home, cluster);
        if (!File.Exists(Path.Combine(cluster, "PG_VERSION")))
            await InitializeAsync(cluster, password, installation, account, options, cancellationToken);

        // Not in the home: the name of a socket has at most 107 bytes.
        var socketDirectory = Directory.CreateTempSubdirectory("scaidrive-pg-").FullName;
        await File.WriteAllTextAsync(Path.Combine(home, SocketRecord), socketDirectory, cancellationToken);
        await account.OwnAsync(socketDirectory, cancellationToken);
        var port = options.Port ?? FreePort();
        var log = Path.Combine(cluster, "server.log");
        var server = Spawn(account.Wrap(ServerCommand(installation, cluster, socketDirectory, port, log, options), endsWithHost: true));
        var running = new EmbeddedPostgres(server, new NpgsqlConnectionStringBuilder
        {
            Host = socketDirectory,
            Port = port,
            Username = UserName,
            Password = password,
        }, socketDirectory);
        try
        {
            await running.WaitUntilReadyAsync(log, time, cancellationToken);
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }

        return running;
    }

    /// <summary>Makes the database when it is missing.</summary>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database } } };
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{database}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stops the server cleanly: open sessions are ended, everything committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!server.HasExited)
        {
            _ = Kill(server.Id, Signal.Interrupt);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await server.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // Immediate shutdown: safe, the next start recovers from the log.
                _ = Kill(server.Id, Signal.Quit);
                await server.WaitForExitAsync(CancellationToken.None);
            }
        }

        server.Dispose();
        Directory.Delete(socketDirectory, recursive: true);
    }

    private static List<string> ServerCommand(
        PostgresInstallation installation, string cluster, string socketDirectory, int port, string log, EmbeddedPostgresOptions options) =>
        [
            // The shell only joins the server's output to its log file, and becomes the server.
            "sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log,
            installation.Program("postgres"), "-D", cluster,
            "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}",
            "-c", $"unix_socket_directories={socketDirectory}", "-c", "unix_socket_permissions=0700",
            "-c", $"shared_buffers={options.SharedBuffers}", "-c", $"max_connections={options.MaxConnections}",
            "-c", "max_wal_size=2GB", "-c", "jit=off", "-c", "timezone=UTC",
            "-c", $"fsync={(options.Durable ? "on" : "off")}",
            "-c", $"synchronous_commit={(options.Durable ? "on" : "off")}",
            "-c", $"full_page_writes={(options.Durable ? "on" : "off")}",
        ];

    /// <summary>Where the cluster goes: below <paramref name="home"/>, or, when the server's account cannot get there
    /// (root's home directory is closed to it), in a directory below <c>/var/lib</c> named after the place.</summary>
    private static async Task<string> PlaceClusterAsync(string home, ServerAccount account, CancellationToken cancellationToken)
    {
        var beside = Path.Combine(home, "cluster");
        if (await account.CanReachAsync(home, cancellationToken))
            return beside;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..16];
        var elsewhere = Path.Combine("/var/lib/scaidrive", name);
        Directory.CreateDirectory(elsewhere);
        await ServerAccount.RunAsync(["chmod", "711", "--", "/var/lib/scaidrive", elsewhere], cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(home, "cluster.txt"), elsewhere + "\n", cancellationToken);
        return Path.Combine(elsewhere, "cluster");
    }

    private static string ReadOrMakePassword(string home)
    {
        var path = Path.Combine(home, "password");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } known)
            return known;
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(Encoding.ASCII.GetBytes(password + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        return password;
    }

    private static PostgresInstallation ChooseInstallation(string cluster)
    {
        var installed = PostgresInstallation.FindAll();
        if (installed.Count == 0)
            throw new EmbeddedPostgresException($"No PostgreSQL {PostgresInstallation.OldestVersion} or newer is installed. Install it: sudo apt-get install postgresql");
        var versionFile = Path.Combine(cluster, "PG_VERSION");
        if (!File.Exists(versionFile))
            return installed[0];
        var version = int.Parse(File.ReadAllText(versionFile).Trim(), CultureInfo.InvariantCulture);
        return installed.FirstOrDefault(found => found.MajorVersion == version)
            ?? throw new EmbeddedPostgresException(
                $"The data in {cluster} was written by PostgreSQL {version}, which is no longer installed. Install postgresql-{version}, or move to another data directory.");
    }

    private static async Task InitializeAsync(
        string cluster, string password, PostgresInstallation installation, ServerAccount account, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        // Made under a name of its own and then renamed: a start that dies half-way leaves nothing that looks like a
        // cluster, and an initdb that outlives its host for a moment does not meet the next one.
        var fresh = $"{cluster}.new-{Guid.NewGuid():n}";
        Directory.CreateDirectory(fresh);
        var passwordFile = $"{cluster}.password-{Guid.NewGuid():n}";
        await using (var stream = new FileStream(passwordFile, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            await stream.WriteAsync(Encoding.ASCII.GetBytes(password + "\n"), cancellationToken);
        try
        {
            await account.OwnAsync(fresh, cancellationToken);
            await account.OwnAsync(passwordFile, cancellationToken);
            List<string> initdb =
            [
                installation.Program("initdb"), "-D", fresh, "-U", UserName, "--pwfile", passwordFile,
                "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8",
            ];
            if (!options.Durable)
                initdb.Add("--no-sync");
            await ServerAccount.RunAsync(account.Wrap(initdb, endsWithHost: false), cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(fresh, cluster);
    }

    /// <summary>What a host that was killed could not clear away: its socket directory, and what an unfinished first start made.</summary>
    private static void RemoveLeftovers(string home, string cluster)
    {
        var record = Path.Combine(home, SocketRecord);
        if (File.Exists(record) && File.ReadAllText(record) is var sockets && Path.GetFileName(sockets).StartsWith("scaidrive-pg-", StringComparison.Ordinal))
            TryDelete(sockets);
        var (parent, name) = (Path.GetDirectoryName(cluster)!, Path.GetFileName(cluster));
        foreach (var abandoned in Directory.EnumerateDirectories(parent, name + ".new-*"))
            TryDelete(abandoned);
        foreach (var abandoned in Directory.EnumerateFiles(parent, name + ".password-*"))
            File.Delete(abandoned);
    }

    private static void TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException)
        {
            // It is gone already, or somebody still writes into it; then the next start finds it again.
        }
    }

    /// <summary>A server that an earlier host left (it gets its signal when the host dies, and may still be writing) is
    /// waited for, and at last made to stop; only ever the one whose id stands in this cluster's own lock file.</summary>
    private static async Task EndEarlierServerAsync(
        string cluster, PostgresInstallation installation, ServerAccount account, TimeProvider time, CancellationToken cancellationToken)
    {
        var lockFile = Path.Combine(cluster, "postmaster.pid");
        for (var i = 0; i < 50 && IsRunning(lockFile, cluster); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        if (IsRunning(lockFile, cluster))
            await ServerAccount.RunAsync(
                account.Wrap([installation.Program("pg_ctl"), "stop", "-D", cluster, "-m", "immediate", "-w"], endsWithHost: false), cancellationToken);
    }

    private static bool IsRunning(string lockFile, string cluster)
    {
        try
        {
            var processId = File.ReadLines(lockFile).First().Trim();
            var commandLine = File.ReadAllText($"/proc/{processId}/cmdline");
            return commandLine.Contains(cluster, StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Starts the process from a thread that lives as long as it does: the kernel's signal on the parent's death
    /// is tied to the starting thread, and pool threads come and go.</summary>
    private static Process Spawn(IReadOnlyList<string> command)
    {
        var started = new TaskCompletionSource<Process>();
        new Thread(() =>
        {
            try
            {
                var process = Process.Start(ServerAccount.StartInfo(command))!;
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (InvalidOperationException)
            {
                // Disposed after it ended.
            }
            catch (Exception fault)
            {
                started.TrySetException(new EmbeddedPostgresException($"Cannot start PostgreSQL: {fault.Message}"));
            }
        })
        { IsBackground = true, Name = "postgres" }.Start();
        return started.Task.GetAwaiter().GetResult();
    }

    private async Task WaitUntilReadyAsync(string log, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (server.HasExited)
                throw new EmbeddedPostgresException($"PostgreSQL ended at once with exit code {server.ExitCode}. The end of {log}: {Tail(log)}");
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=3");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or SocketException)
            {
                // 28P01: the cluster was made with another password, so waiting does not help.
                if (fault is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword })
                    throw new EmbeddedPostgresException($"The password file does not fit the data in {Path.GetDirectoryName(log)}. Restore it, or start with another data directory.");
                if (time.GetElapsedTime(started) > StartLimit)
                    throw new EmbeddedPostgresException($"PostgreSQL was not ready within {StartLimit.TotalMinutes} minutes. The end of {log}: {Tail(log)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(30), time, cancellationToken);
        }
    }

    private static string Tail(string log) =>
        File.Exists(log) ? string.Join(" | ", File.ReadLines(log).TakeLast(5)) : "(no log)";

    private enum Signal
    {
        Interrupt = 2,
        Quit = 3,
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, Signal signal);
}
