using Microsoft.Data.Sqlite;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Applying changes. One caller at a time.</content>
internal sealed partial class TenantIndex
{
    /// <summary>The revision of the text this index holds of each file; files it does not hold are left out.</summary>
    internal Dictionary<string, long> RevisionsOf(IEnumerable<string> fileIds)
    {
        var revisions = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            foreach (var fileId in fileIds)
            {
                if (Find(fileId) is { } row)
                    revisions[fileId] = row.Revision;
            }
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            _isDamaged = true;
            throw;
        }

        return revisions;
    }

    /// <summary>Applies changes and moves the position with them, all or nothing. Applying the same again changes nothing.</summary>
    /// <remarks>After a fault the index answers as before, unless <see cref="IsBroken"/> says otherwise.</remarks>
    internal void Apply(IReadOnlyList<FileChange> changes, IndexPosition position)
    {
        var write = new PendingWrite();
        var mayBeCommitted = false;
        try
        {
            using var transaction = _writer.Begin();
            var nextChunk = (long)_writer.Scalar(LocalIndexSql.LastChunkId)! + 1;
            foreach (var change in changes)
                Apply(change, write, ref nextChunk);
            foreach (var (id, slots) in write.SlotsInUse)
                _writer.Run(LocalIndexSql.SaveSlots, id, slots);
            _writer.Run(LocalIndexSql.SaveCursor, position.Cursor);
            _writer.Run(LocalIndexSql.SaveProgress, position.BuiltThrough);
            Step?.Invoke("rows written");
            foreach (var id in write.SlotsInUse.Keys)
                _segments[id].Flush();
            Step?.Invoke("vectors flushed");

            _lock.EnterWriteLock();
            try
            {
                Step?.Invoke("committing");
                mayBeCommitted = true;
                transaction.Commit();
                Step?.Invoke("committed");
                Publish(write);
                Position = position;
            }
            finally
            {
                _lock.ExitWriteLock();
            }
        }
        catch (Exception fault)
        {
            if (IsDamage(fault))
                _isDamaged = true;
            // A commit for which there was no room did not happen. Of any other fault, opening it again finds out.
            else if (_writer.IsInTransaction || (mayBeCommitted && fault is not SqliteException { SqliteErrorCode: Full }))
                _isBroken = true;
            else
                Undo(write);
            throw;
        }
    }

    // Takes back what a transaction that was rolled back changed in memory.
    private void Undo(PendingWrite write)
    {
        _lock.EnterWriteLock();
        try
        {
            for (var i = write.Reused.Count - 1; i >= 0; i--)
                _segments[write.Reused[i].Segment].Free.Push(write.Reused[i].Slot);
            foreach (var id in write.NewSegments)
            {
                if (_segments.Remove(id, out var segment))
                    segment.Dispose();
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private void Apply(FileChange change, PendingWrite write, ref long nextChunk)
    {
        var row = Find(change.FileId);
        if (change.File is not { } wanted)
        {
            if (row is { } gone)
                RemoveFile(gone.Id, gone.Name, write);
            return;
        }

        var file = wanted.File;
        if (row is not { } known)
        {
            var revision = change.Content?.Revision ?? 0;
            var id = Convert.ToInt32(
                _writer.Scalar(
                    LocalIndexSql.InsertFile, file.FileId, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes,
                    Stored(file.ModifiedAt), revision),
                System.Globalization.CultureInfo.InvariantCulture);
            var content = change.Content is null ? "" : InsertChunks(id, change.Content, write, ref nextChunk);
            _writer.Run(LocalIndexSql.InsertFileText, id, Words.OfName(file.Name), content);
            write.Files.Add((id, file));
            return;
        }

        if (known.Name != file.Name || change.Content is not null)
        {
            var old = ReadChunks(known.Id);
            var content = ContentOf(old.Select(chunk => (chunk.Text, chunk.OverlapLength)));
            _writer.Run(LocalIndexSql.DeleteFileText, known.Id, Words.OfName(known.Name), content);
            if (change.Content is not null)
            {
                RemoveChunks(known.Id, old, write);
                content = InsertChunks(known.Id, change.Content, write, ref nextChunk);
            }

            _writer.Run(LocalIndexSql.InsertFileText, known.Id, Words.OfName(file.Name), content);
        }

        _writer.Run(
            LocalIndexSql.UpdateFile, file.FileId, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes,
            Stored(file.ModifiedAt), change.Content?.Revision ?? known.Revision);
        write.Files.Add((known.Id, file));
    }

    private (int Id, string Name, long Revision)? Find(string fileId)
    {
        using var row = _writer.Read(LocalIndexSql.FindFile, fileId);
        return row.Read() ? (row.GetInt32(0), row.GetString(1), row.GetInt64(2)) : null;
    }

    private void RemoveFile(int id, string name, PendingWrite write)
    {
        var chunks = ReadChunks(id);
        _writer.Run(LocalIndexSql.DeleteFileText, id, Words.OfName(name), ContentOf(chunks.Select(chunk => (chunk.Text, chunk.OverlapLength))));
        RemoveChunks(id, chunks, write);
        _writer.Run(LocalIndexSql.DeleteFile, id);
        write.RemovedFiles.Add(id);
        // A new file of the same transaction may get this row again.
        write.Files.RemoveAll(file => file.Row == id);
    }

    private List<(long Id, string Text, int OverlapLength)> ReadChunks(int file)
    {
        var chunks = new List<(long, string, int)>();
        using var rows = _writer.Read(LocalIndexSql.ChunksOfFile, file);
        while (rows.Read())
            chunks.Add((rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2)));
        return chunks;
    }

    private void RemoveChunks(int file, List<(long Id, string Text, int OverlapLength)> chunks, PendingWrite write)
    {
        foreach (var chunk in chunks)
            _writer.Run(LocalIndexSql.DeleteChunkText, chunk.Id, Words.ForIndex(chunk.Text));
        using (var slots = _writer.Read(LocalIndexSql.SlotsOfFile, file))
        {
            while (slots.Read())
                write.Freed.Add((slots.GetInt32(0), slots.GetInt32(1)));
        }

        _writer.Run(LocalIndexSql.DeleteSlots, file);
        _writer.Run(LocalIndexSql.DeleteChunks, file);
    }

    private string InsertChunks(int file, FeedContent content, PendingWrite write, ref long nextChunk)
    {
        foreach (var chunk in content.Chunks)
        {
            _writer.Run(LocalIndexSql.InsertChunk, nextChunk, file, chunk.Index, chunk.Page, chunk.Section, chunk.Text, chunk.OverlapLength);
            foreach (var (model, vector) in chunk.Vectors)
            {
                if (vector.Length == 0)
                    continue;
                var segment = SegmentFor(model, vector.Length, write);
                var slot = TakeSlot(segment, write);
                var scale = WriteVector(segment, slot, vector);
                _writer.Run(LocalIndexSql.InsertSlot, nextChunk, segment, slot, scale);
                write.Assigned.Add((segment, slot, file, chunk.Index, scale));
            }

            _writer.Run(LocalIndexSql.InsertChunkText, nextChunk, Words.ForIndex(chunk.Text));
            nextChunk++;
        }

        return ContentOf(content.Chunks.Select(chunk => (chunk.Text, chunk.OverlapLength)));
    }

    private int SegmentFor(string model, int dimensions, PendingWrite write)
    {
        foreach (var (id, segment) in _segments)
        {
            if (segment.Model == model && segment.Dimensions == dimensions)
                return id;
        }

        var created = Convert.ToInt32(
            _writer.Scalar(LocalIndexSql.InsertSegment, model, dimensions), System.Globalization.CultureInfo.InvariantCulture);
        var opened = VectorSegment.Create(_directory, created, model, dimensions, _indexId);
        _lock.EnterWriteLock();
        try
        {
            _segments[created] = opened;
            write.NewSegments.Add(created);
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        return created;
    }

    // Only slots that were free before this transaction: until it commits, the others still belong to what is on disk.
    private int TakeSlot(int segmentId, PendingWrite write)
    {
        var segment = _segments[segmentId];
        var inUse = write.SlotsInUse.GetValueOrDefault(segmentId, segment.Count);
        if (segment.Free.TryPop(out var free))
        {
            write.SlotsInUse[segmentId] = inUse;
            write.Reused.Add((segmentId, free));
            return free;
        }

        write.SlotsInUse[segmentId] = inUse + 1;
        return inUse;
    }

    private float WriteVector(int segment, int slot, float[] vector) => _segments[segment].Write(slot, vector);

    private void Publish(PendingWrite write)
    {
        foreach (var row in write.RemovedFiles)
            _files.Remove(row);
        foreach (var (row, file) in write.Files)
            _files.Set(row, file.FileId, file.ShareId, file.MimeType);
        foreach (var (id, slots) in write.SlotsInUse)
            _segments[id].Reserve(slots);
        foreach (var (id, slot) in write.Freed)
        {
            _segments[id].Assign(slot, 0, 0, 0);
            _segments[id].Free.Push(slot);
        }

        foreach (var (id, slot, file, chunk, scale) in write.Assigned)
            _segments[id].Assign(slot, file, chunk, scale);
    }

    /// <summary>What a transaction will have changed in memory once it is committed.</summary>
    private sealed class PendingWrite
    {
        internal List<(int Row, IndexedFile File)> Files { get; } = [];

        internal List<int> RemovedFiles { get; } = [];

        internal List<(int Segment, int Slot)> Freed { get; } = [];

        internal List<(int Segment, int Slot, int File, int Chunk, float Scale)> Assigned { get; } = [];

        internal Dictionary<int, int> SlotsInUse { get; } = [];

        internal List<(int Segment, int Slot)> Reused { get; } = [];

        internal List<int> NewSegments { get; } = [];
    }
}
