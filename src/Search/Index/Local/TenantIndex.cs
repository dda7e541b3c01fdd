using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>One file's present state, as a follower applies it.</summary>
/// <param name="FileId">The file.</param>
/// <param name="File">Null: it is gone.</param>
/// <param name="Content">Null: the text did not change.</param>
internal sealed record FileChange(string FileId, FeedFile? File, FeedContent? Content);

/// <summary>How far an index has followed.</summary>
/// <param name="DatabaseId">The database it follows.</param>
/// <param name="Cursor">The last log number it has applied.</param>
/// <param name="BuiltThrough">While it is being built: the last file taken over; null when complete.</param>
internal sealed record IndexPosition(Guid DatabaseId, long Cursor, string? BuiltThrough);

/// <summary>The index files of one tenant: a SQLite database and one vector segment per model.</summary>
/// <remarks>
/// One writer, many readers. Readers hold a read lock for a whole search; the writer takes the write lock only to commit and
/// to publish what it committed, so the database and the arrays in memory always tell the same.
/// A write that fails is undone, and readers go on with what was committed before. Files that cannot be relied on mark the
/// index as broken; its owner then opens it again, or rebuilds it when what it holds is damaged.
/// </remarks>
internal sealed partial class TenantIndex : IDisposable
{
    private const string DatabaseName = "index.db";

    // SQLite's primary result codes.
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    private readonly string _directory;
    private readonly SqliteStatements _writer;
    private readonly ConcurrentBag<SqliteStatements> _readers = [];
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly FileColumns _files = new();
    private readonly Dictionary<int, VectorSegment> _segments = [];
    private readonly WordMemory _words = new();
    private readonly ConditionalWeakTable<IReadablePlaces, JudgedPlaces> _judged = [];
    private Guid _indexId;
    private bool _isClosed;
    private volatile bool _isBroken;
    private volatile bool _isDamaged;

    private TenantIndex(string directory)
    {
        _directory = directory;
        _writer = SqliteStatements.Open(Path.Combine(directory, DatabaseName), readOnly: false);
        _scans = new(Environment.ProcessorCount, ScannedTogether, Answer);
    }

    /// <summary>A file could not be read, or memory may differ from it; nothing that this index says can be relied on until it is opened again.</summary>
    internal bool IsBroken => _isBroken || _isDamaged;

    /// <summary>What the files hold is wrong. Opening does not read all of it, so that opening again does not help: rebuild.</summary>
    internal bool IsDamaged => _isDamaged;

    /// <summary>How far it has followed.</summary>
    internal IndexPosition Position { get; private set; } = new(Guid.Empty, 0, "");

    /// <summary>For tests: called with the name of each step of a write, in order; may throw as if the process died there.</summary>
    internal Action<string>? Step { get; set; }

    /// <summary>Creates an empty index; whatever the folder held is deleted.</summary>
    internal static TenantIndex Create(string directory, Guid databaseId, long cursor)
    {
        Delete(directory);
        Directory.CreateDirectory(directory);
        var index = new TenantIndex(directory) { _indexId = Guid.NewGuid(), Position = new(databaseId, cursor, "") };
        try
        {
            using var transaction = index._writer.Begin();
            index._writer.Execute(LocalIndexSql.Create);
            index._writer.Run(LocalIndexSql.InsertMeta, LocalIndexSql.SchemaVersion, index._indexId.ToString(), databaseId.ToString(), cursor);
            transaction.Commit();
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Opens what the folder holds; null when there is nothing, or nothing that this version can use.</summary>
    /// <exception cref="SqliteException">There may be a good index, but no room or no file handle to open it with.</exception>
    internal static TenantIndex? Open(string directory)
    {
        if (!File.Exists(Path.Combine(directory, DatabaseName)))
            return null;
        TenantIndex? index = null;
        try
        {
            index = new(directory);
            if (index.Load())
                return index;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is Full or CannotOpen)
        {
            index?.Dispose();
            throw;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or InvalidDataException or FormatException
            or UnauthorizedAccessException or KeyNotFoundException or IndexOutOfRangeException)
        {
            // Missing, damaged, cut off or of another time: all the same, it is rebuilt.
        }

        index?.Dispose();
        return null;
    }

    /// <summary>Deletes the files of an index.</summary>
    internal static void Delete(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>Runs a search with everything standing still.</summary>
    /// <exception cref="ObjectDisposedException">The index was closed.</exception>
    /// <exception cref="IOException">It is broken.</exception>
    internal T Search<T>(Func<SqliteStatements, T> search)
    {
        _lock.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            // A search that waited for a write that failed: memory may differ from the files.
            if (IsBroken)
                throw new IOException("A read or write of the index files failed; the index must be opened again. The next search does that.");
            if (!_readers.TryTake(out var reader))
                reader = SqliteStatements.Open(Path.Combine(_directory, DatabaseName), readOnly: true);
            try
            {
                var result = search(reader);
                _readers.Add(reader);
                return result;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (IsDamage(fault) || fault is SqliteException { SqliteErrorCode: IoError })
        {
            // What cannot be read will not be readable when it is opened again.
            _isDamaged = true;
            throw;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == CannotOpen)
        {
            _isBroken = true;
            throw;
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _lock.EnterWriteLock();
        try
        {
            if (_isClosed)
                return;
            _isClosed = true;
            foreach (var reader in _readers)
                reader.Dispose();
            _writer.Dispose();
            foreach (var segment in _segments.Values)
                segment.Dispose();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    // Whether a fault says that what the files hold is wrong, rather than that a search was, or that a disk is full.
    private static bool IsDamage(Exception fault) => fault is InvalidDataException or SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    private bool Load()
    {
        using (var meta = _writer.Read(LocalIndexSql.ReadMeta))
        {
            if (!meta.Read() || meta.GetInt32(0) != LocalIndexSql.SchemaVersion)
                return false;
            _indexId = Guid.Parse(meta.GetString(1));
            Position = new(Guid.Parse(meta.GetString(2)), meta.GetInt64(3), meta.IsDBNull(4) ? null : meta.GetString(4));
        }

        using (var rows = _writer.Read(LocalIndexSql.FileColumns))
        {
            while (rows.Read())
            {
                _files.Set(
                    rows.GetInt32(0), rows.GetString(1), new(rows.GetString(2), rows.IsDBNull(8) ? null : rows.GetString(8)), rows.GetString(3),
                    Time(rows.GetString(4)), rows.IsDBNull(7) ? null : rows.GetInt64(7));
                _files.SetWords(rows.GetInt32(0), rows.IsDBNull(5) ? null : rows.GetString(5), rows.GetInt32(6));
            }
        }

        using (var rows = _writer.Read(LocalIndexSql.Segments))
        {
            while (rows.Read())
            {
                var id = rows.GetInt32(0);
                _segments[id] = VectorSegment.Open(_directory, id, rows.GetString(1), rows.GetInt32(2), _indexId, rows.GetInt32(3));
            }
        }

        using (var rows = _writer.Read(LocalIndexSql.Slots))
        {
            while (rows.Read())
                _segments[rows.GetInt32(0)].Assign(rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetFloat(4));
        }

        foreach (var segment in _segments.Values)
        {
            for (var slot = 0; slot < segment.Count; slot++)
            {
                if (segment.FileOf[slot] == 0)
                    segment.Free.Push(slot);
            }
        }

        return true;
    }

    private static string Stored(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string stored) => DateTimeOffset.Parse(stored, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
