using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Folder;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>One database and content store for all tests; every test has a share of its own in it.</summary>
public sealed class MirrorFixture : IAsyncLifetime
{
    private readonly DirectoryInfo contentDirectory = Directory.CreateTempSubdirectory("scaidrive-content-");
    private int count;

    internal TestDatabase Database { get; private set; } = null!;

    internal ContentStore Contents { get; private set; } = null!;

    internal DriveStore Drive { get; private set; } = null!;

    internal ConnectorStore Connectors { get; private set; } = null!;

    internal ConnectorSecrets Secrets { get; private set; } = null!;

    internal SourceAcls Acls { get; private set; } = null!;

    internal GroupStore Groups { get; private set; } = null!;

    internal IdentityMappings Mappings { get; private set; } = null!;

    /// <summary>Of the sweep of permissions alone.</summary>
    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));

    internal Caller Caller { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync(DriveSchema.Migrations, ConnectorsSchema.Migrations);
        Contents = new ContentStore(new ContentStoreOptions { Root = contentDirectory.FullName });
        Drive = new DriveStore(Database.DataSource, Contents, [], TimeProvider.System);
        Secrets = new ConnectorSecrets(Database.DataSource, new SecretProtector([new byte[32]]));
        Connectors = new ConnectorStore(Database.DataSource, Secrets, []);
        (Acls, Groups) = (new SourceAcls(Database.DataSource), new GroupStore(Database.DataSource));
        Mappings = new IdentityMappings(Database.DataSource, Acls, Groups);
        Caller = await Drive.EnsureLocalTenantAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        contentDirectory.Delete(recursive: true);
    }

    internal async Task<Mirror> MirrorAsync(SourceTree tree, ConnectorOptions? options = null, Func<NewConnector, NewConnector>? change = null, string? shareId = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (shareId is null)
        {
            var drive = Drive.Write(transaction, Caller.TenantId, Caller.UserId, ChangeOrigin.Interactive());
            shareId = (await drive.EnsureShareAsync($"share {Interlocked.Increment(ref count)}", CancellationToken.None)).Id;
            await drive.CompleteAsync(CancellationToken.None);
        }

        var wanted = new NewConnector
        {
            Type = ConnectorTypes.Folder,
            Name = "test",
            Settings = JsonSerializer.SerializeToElement(new { root = "/nowhere" }),
            TargetShareId = shareId,
            TargetPath = "/in/here",
            OwnerId = Caller.UserId,
        };
        var connector = await Connectors.CreateAsync(transaction, Caller.TenantId, change?.Invoke(wanted) ?? wanted, CancellationToken.None);
        await transaction.CommitAsync();
        return new Mirror(this, tree, connector, options ?? new ConnectorOptions());
    }
}

/// <summary>A source tree, the connector that mirrors it, and questions about the outcome.</summary>
internal sealed partial class Mirror(MirrorFixture fixture, SourceTree tree, Connector connector, ConnectorOptions options)
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    internal Connector Connector => connector;

    internal MirrorFixture Fixture => fixture;

    internal ConnectorSync Sync { get; } = new(
        fixture.Database.DataSource,
        fixture.Connectors,
        new ConnectorSources([new FolderConnectorType(Options.Create(options), TimeProvider.System), .. tree.Types], fixture.Secrets),
        fixture.Drive,
        fixture.Contents,
        new ConflictStore(fixture.Database.DataSource),
        new PermissionSweeps(fixture.Database.DataSource, fixture.Acls, fixture.Mappings, fixture.Time),
        Options.Create(options),
        TimeProvider.System);

    /// <summary>Commits are counted here, and can be made to fail.</summary>
    internal CommitPlan Commits { get; } = new();

    /// <summary>What is asked of new runs.</summary>
    internal RunRequest Request { get; set; } = new("test");

    /// <summary>One attempt at a pass; takes up an unfinished one.</summary>
    internal async Task<Run> RunAsync(Func<IConnectorSource, IConnectorSource>? through = null)
    {
        var current = (await fixture.Connectors.FindAsync(connector.TenantId, connector.Id, Stop))!;
        var run = await Sync.TakeUpAsync(current, Request, BeginAsync, Stop);
        return await Sync.RunAsync(current, run, () => Task.FromResult(through?.Invoke(tree.Open()) ?? tree.Open()), BeginAsync, null, Stop);
    }

    internal Task<Run> RunFromSettingsAsync() => Sync.RunAsync(connector.TenantId, connector.Id, new RunRequest("test"), BeginAsync, null, Stop);

    internal async Task<Connector> CurrentAsync() => (await fixture.Connectors.FindAsync(connector.TenantId, connector.Id, Stop))!;

    internal Task<IReadOnlyList<Run>> RunsAsync(int limit) => fixture.Connectors.ListRunsAsync(connector.TenantId, connector.Id, null, limit, Stop);

    internal async Task<int> CountProblemsAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand(
            "SELECT count(*)::integer FROM connectors.item WHERE tenant_id = $1 AND run_id LIKE 'run_00' || $2 || '%'");
        command.Parameters.Add(new() { Value = connector.TenantId });
        command.Parameters.Add(new() { Value = connector.Id });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A statement about the tenant ($1) and this connector ($2).</summary>
    internal async Task ExecuteAsync(string sql)
    {
        await using var command = fixture.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = connector.TenantId });
        command.Parameters.Add(new() { Value = connector.Id });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Takes the stored chunk of a small content away, as the collector does with one that nothing refers to.</summary>
    internal void LoseContent(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        File.Delete(Path.Combine(fixture.Contents.Root, "chunks", connector.TenantId, hash[..2], hash[2..4], hash));
    }

    internal async Task<IReadOnlyList<Problem>> ProblemsAsync(Run run) =>
        await fixture.Connectors.ListProblemsAsync(connector.TenantId, run.Id, 0, 1_000, Stop);

    internal async Task<IReadOnlyList<RunItem>> ItemsAsync(Run run) =>
        await new RunLog(fixture.Database.DataSource).ListItemsAsync(connector.TenantId, run.Id, 0, 100_000, Stop);

    /// <summary>The source tells that something changed.</summary>
    internal Task HintAsync(params SyncScope[] scopes) => fixture.Connectors.AddHintsAsync(connector.TenantId, connector.Id, scopes, Stop);

    internal Task<IReadOnlyList<SyncScope>> HintsAsync() => fixture.Connectors.HintsAsync(connector.TenantId, connector.Id, Stop);

    /// <summary>A person changes settings of the connector.</summary>
    internal async Task ChangeAsync(Func<Connector, Connector> change)
    {
        var changed = change(await CurrentAsync());
        await InDatabaseAsync(transaction => fixture.Connectors.UpdateAsync(transaction, changed, Stop));
    }

    /// <summary>Files under the target, by path in the source's terms.</summary>
    internal async Task<SortedDictionary<string, DriveFile>> FilesAsync()
    {
        var files = new SortedDictionary<string, DriveFile>(StringComparer.Ordinal);
        await using var command = fixture.Database.DataSource.CreateCommand(
            "SELECT id FROM files WHERE tenant_id = $1 AND share_id = $2 AND NOT is_deleted");
        command.Parameters.Add(new() { Value = connector.TenantId });
        command.Parameters.Add(new() { Value = connector.TargetShareId });
        var ids = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                ids.Add(reader.GetString(0));
        }

        foreach (var file in await fixture.Drive.FindFilesAsync(connector.TenantId, ids, Stop))
            files.Add(Relative(file.Path), file);
        return files;
    }

    internal async Task<SortedSet<string>> FoldersAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand(
            "SELECT path FROM folders WHERE tenant_id = $1 AND share_id = $2 AND NOT is_deleted AND path <> ALL ($3)");
        command.Parameters.Add(new() { Value = connector.TenantId });
        command.Parameters.Add(new() { Value = connector.TargetShareId });
        command.Parameters.Add(new() { Value = new[] { "/in", "/in/here" } });
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            paths.Add(Relative(reader.GetString(0)));
        return paths;
    }

    internal async Task<string> ReadAsync(string path)
    {
        await using var content = await fixture.Drive.OpenContentAsync(connector.TenantId, (await FilesAsync())[path].Id, null, Stop);
        return await new StreamReader(content).ReadToEndAsync();
    }

    /// <summary>Paths, bytes and folders are the same on both sides, and the snapshot agrees.</summary>
    internal async Task AssertInStepAsync(string? except = null)
    {
        var expected = tree.Files().Where(file => file.Key != except).ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value)));
        var files = await FilesAsync();
        Assert.Equal(
            expected.Select(file => (file.Key, file.Value)).OrderBy(file => file.Key, StringComparer.Ordinal),
            files.Select(file => (file.Key, file.Value.ChecksumSha256)));
        Assert.Equal(tree.Directories().Order(StringComparer.Ordinal), await FoldersAsync());
        await using var command = fixture.Database.DataSource.CreateCommand(
            "SELECT count(*) FILTER (WHERE NOT is_directory), count(*) FILTER (WHERE is_directory) FROM connectors.snapshot WHERE connector_id = $1");
        command.Parameters.Add(new() { Value = connector.Id });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal((files.Count, tree.Directories().Count), ((int)reader.GetInt64(0), (int)reader.GetInt64(1)));
    }

    internal async Task<long> ChangeCountAsync()
    {
        long after = 0, count = 0;
        while (await fixture.Drive.ReadChangesAsync(connector.TenantId, after, 5_000, Stop) is { Count: > 0 } changes)
        {
            after = changes[^1].Number;
            count += changes.Count(change => change.ShareId == connector.TargetShareId);
        }

        return count;
    }

    /// <summary>Somebody else changes the share.</summary>
    internal async Task InShareAsync(Func<DriveWriter, Task> change)
    {
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var drive = fixture.Drive.Write(transaction, connector.TenantId, fixture.Caller.UserId, ChangeOrigin.Interactive());
        await change(drive);
        await drive.CompleteAsync(Stop);
        await transaction.CommitAsync();
    }

    internal async Task<StoredContent> StoreAsync(string text) =>
        await fixture.Contents.WriteAsync(connector.TenantId, new MemoryStream(Encoding.UTF8.GetBytes(text)), null, Stop);

    internal async Task InDatabaseAsync(Func<NpgsqlTransaction, Task> change)
    {
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await change(transaction);
        await transaction.CommitAsync();
    }

    internal async Task<ISyncTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        Commits.OnBegin?.Invoke();
        var connection = await fixture.Database.DataSource.OpenConnectionAsync(cancellationToken);
        return new PlannedTransaction(connection, await connection.BeginTransactionAsync(cancellationToken), Commits);
    }

    private static string Relative(string path) => path.StartsWith("/in/here/", StringComparison.Ordinal) ? path["/in/here/".Length..] : path;

    private sealed class PlannedTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, CommitPlan plan) : ISyncTransaction
    {
        public NpgsqlTransaction Transaction => transaction;

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            plan.Count++;
            if (plan.Count == plan.FailBefore)
                throw new CrashException();
            if (plan.Refuse is { } refusal && plan.Refused++ % (refusal.Times + 1) < refusal.Times)
            {
                await using var raise = new NpgsqlCommand($"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{refusal.SqlState}'; END $$", connection, transaction);
                await raise.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            if (plan.Count == plan.FailAfter)
                throw new CrashException();
        }

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}

/// <summary>Which commit, counted from 1, fails: before anything is committed, or after all is.</summary>
internal sealed class CommitPlan
{
    internal int Count { get; set; }

    /// <summary>Done right before a transaction is opened.</summary>
    internal Action? OnBegin { get; set; }

    internal int? FailBefore { get; set; }

    internal int? FailAfter { get; set; }

    /// <summary>The database ends every transaction so many times before it lets it through.</summary>
    internal (string SqlState, int Times)? Refuse { get; set; }

    internal int Refused { get; set; }
}

internal sealed class CrashException : Exception;

/// <summary>A tree of files that tests change from the outside, and a source that reads it.</summary>
public abstract class SourceTree : IDisposable
{
    /// <summary>Opens the source as a connector would.</summary>
    public abstract IConnectorSource Open();

    /// <summary>Whether an identity is never given to a second file.</summary>
    public virtual bool IdentitiesLast => true;

    /// <summary>Whether a change shows that keeps size and date.</summary>
    public virtual bool TellsLastChange => true;

    /// <summary>Whether the source looks at a small file for the last time when it is opened, so that a later change is the next pass's.</summary>
    public virtual bool ReadsAtOnce => false;

    /// <summary>Whether symbolic links of the tree are seen as links.</summary>
    public virtual bool ShowsLinks => true;

    /// <summary>What opens it by its settings; none for a tree that only tests open.</summary>
    public virtual IReadOnlyList<IConnectorType> Types => [];

    /// <summary>Where the tree can be changed as local files.</summary>
    public abstract string Root { get; }

    public abstract void Dispose();

    internal string At(string path) => Path.Combine(Root, path);

    /// <summary>Writes in place: an existing file stays the same file.</summary>
    internal Action<string> Log { get; set; } = _ => { };

    internal void Write(string path, string text)
    {
        Log($"write {path}");
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    /// <summary>Saves as editors do: a new file takes the name of the old one.</summary>
    internal void Save(string path, string text)
    {
        Log($"save {path}");
        File.WriteAllText(At(path) + ".saving", text);
        File.Move(At(path) + ".saving", At(path), overwrite: true);
    }

    internal void Move(string from, string to)
    {
        Log($"move {from} {to}");
        Directory.CreateDirectory(Path.GetDirectoryName(At(to))!);
        if (Directory.Exists(At(from)))
            Directory.Move(At(from), At(to));
        else
            File.Move(At(from), At(to), overwrite: true);
    }

    internal void Delete(string path)
    {
        Log($"delete {path}");
        if (Directory.Exists(At(path)))
            Directory.Delete(At(path), recursive: true);
        else
            File.Delete(At(path));
    }

    internal void MakeDirectory(string path)
    {
        Log($"mkdir {path}");
        Directory.CreateDirectory(At(path));
    }

    internal SortedDictionary<string, byte[]> Files()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
            files.Add(Path.GetRelativePath(Root, path), File.ReadAllBytes(path));
        return files;
    }

    internal SortedSet<string> Directories() =>
        new(Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)), StringComparer.Ordinal);
}

/// <summary>Passes everything on to another source; tests override what is to go wrong.</summary>
internal class SourceDecorator(IConnectorSource inner) : IConnectorSource
{
    internal List<string> Opened { get; } = [];

    internal List<string> Listed { get; } = [];

    public virtual Task<string> ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

    public virtual IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, CancellationToken cancellationToken)
    {
        lock (Listed)
            Listed.Add(directory);
        return inner.ListAsync(directory, fromName, cancellationToken);
    }

    public virtual Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) => inner.StatAsync(path, cancellationToken);

    public virtual Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        lock (Opened)
            Opened.Add(path);
        return inner.OpenAsync(path, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Refuses some paths, as a server does whose administrator forgot a right. Works for root too, whom file modes do not stop.</summary>
internal sealed class RefusingSource(IConnectorSource inner, params string[] refused) : SourceDecorator(inner)
{
    public override IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, CancellationToken cancellationToken) =>
        refused.Contains(directory) ? throw Refusal(directory) : base.ListAsync(directory, fromName, cancellationToken);

    public override Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) =>
        refused.Contains(path) ? throw Refusal(path) : base.OpenAsync(path, cancellationToken);

    public override Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) =>
        refused.Any(one => SourcePath.IsAtOrBelow(path, one) && path != one) ? throw Refusal(path) : base.StatAsync(path, cancellationToken);

    private static SourceEntryException Refusal(string path) => new(path, new SourceFault(ProblemCodes.AccessDenied, "Permission denied."));
}

/// <summary>Does something right before a file is opened, and right after it was read.</summary>
internal sealed class InterferingSource(IConnectorSource inner, Action<string>? beforeOpen, Action<string>? afterRead) : SourceDecorator(inner)
{
    public override async Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        beforeOpen?.Invoke(path);
        return new WatchedContent(await base.OpenAsync(path, cancellationToken), () => afterRead?.Invoke(path));
    }

    private sealed class WatchedContent(ISourceContent inner, Action afterRead) : ISourceContent
    {
        public Stream Content => inner.Content;

        public SourceEntry Opened => inner.Opened;

        public Task<SourceEntry> RevisitAsync(CancellationToken cancellationToken)
        {
            afterRead();
            return inner.RevisitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>Leaves some entries out of listings, as a rename during the listing can.</summary>
internal sealed class ForgetfulSource(IConnectorSource inner, params string[] forgotten) : SourceDecorator(inner)
{
    public override async IAsyncEnumerable<SourceEntry> ListAsync(
        string directory, string? fromName, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in base.ListAsync(directory, fromName, cancellationToken))
        {
            if (!forgotten.Contains(entry.Path))
                yield return entry;
        }
    }
}
