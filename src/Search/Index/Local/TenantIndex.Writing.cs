using Microsoft.Data.Sqlite;
using ScaiDrive.Search.Query.Languages;

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
    internal void Apply(IReadOnlyList<FileChange> changes, IndexPosition position, TextStems stems)
    {
        var write = new PendingWrite(stems);
        try
        {
            using var transaction = _writer.Begin();
            var nextChunk = (long)_writer.Scalar(LocalIndexSql.LastChunkId)! + 1;
            foreach (var change in changes)
                Apply(change, write, ref nextChunk);
            foreach (var ((form, term), files) in write.Forms)
                _writer.Run(LocalIndexSql.CountForm, form, term, files);
            foreach (var (id, slots) in write.SlotsInUse)
                _writer.Run(LocalIndexSql.SaveSlots, id, slots);
            _writer.Run(LocalIndexSql.SaveCursor, position.Cursor);
            _writer.Run(LocalIndexSql.SaveProgress, position.BuiltThrough);
            Step?.Invoke("rows written");
            foreach (var id in write.SlotsInUse.Keys)
                _segments[id].Flush();
            Step?.Invoke("vectors flushed");

            var mayBeCommitted = false;
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
            // A commit for which there was no room did not happen. Of any other fault, opening it again finds out; searches that wait
            // for the lock must not go on before they can see that.
            catch (Exception fault) when (mayBeCommitted && fault is not SqliteException { SqliteErrorCode: Full })
            {
                _isBroken = true;
                throw;
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
            else if (_writer.IsInTransaction)
                _isBroken = true;
            else if (!_isBroken)
                Undo(write);
            throw;
        }
    }

    private static readonly Comparer<(string Form, string Term)> FormOrder = Comparer<(string Form, string Term)>.Create(static (left, right) =>
        string.CompareOrdinal(left.Form, right.Form) is not 0 and var byForm ? byForm : string.CompareOrdinal(left.Term, right.Term));

    /// <summary>Texts whose words are analysed when a change is applied, to learn their stems beforehand.</summary>
    internal IEnumerable<(string Text, string? Language)> TextsOf(FileChange change)
    {
        if (change.File is not { } wanted)
            yield break;
        if (change.Content is { } content)
        {
            yield return (wanted.File.Name, content.Language);
            foreach (var chunk in content.Chunks)
                yield return (chunk.Text, content.Language);
        }
        else if (Find(change.FileId) is { } known && known.Name != wanted.File.Name)
        {
            yield return (wanted.File.Name, known.Language);
            foreach (var (_, text, _) in ReadChunks(known.Id))
                yield return (text, known.Language);
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
        var known = Find(change.FileId);
        if (change.File is not { } wanted)
        {
            if (known is { } gone)
                RemoveFile(gone.Id, write);
        }
        else if (known is { } row)
        {
            UpdateFile(row, wanted.File, change.Content, write, ref nextChunk);
        }
        else
        {
            InsertFile(wanted.File, change.Content, write, ref nextChunk);
        }
    }

    private void InsertFile(IndexedFile file, FeedContent? content, PendingWrite write, ref long nextChunk)
    {
        var words = new FileWords(write.Stems, content?.Language);
        words.AddName(file.Name);
        foreach (var chunk in content?.Chunks ?? [])
            words.AddText(chunk.Text, chunk.OverlapLength);
        var id = Convert.ToInt32(
            _writer.Scalar(
                LocalIndexSql.InsertFile, file.FileId, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes,
                Stored(file.ModifiedAt), content?.Revision ?? 0, content?.Language, words.Length, NameKey.Of(file.Name), NameKey.OfTitle(file.Name), file.AclId),
            System.Globalization.CultureInfo.InvariantCulture);
        if (content is not null)
            InsertChunks(id, content, words, write, ref nextChunk);
        InsertWords(id, words, write);
        write.Files.Add((id, file));
    }

    private void UpdateFile(KnownFile known, IndexedFile file, FeedContent? content, PendingWrite write, ref long nextChunk)
    {
        var (language, length) = (known.Language, known.Length);
        if (known.Name != file.Name || content is not null)
        {
            language = content is null ? known.Language : content.Language;
            var words = new FileWords(write.Stems, language);
            words.AddName(file.Name);
            if (content is null)
            {
                foreach (var (_, text, overlap) in ReadChunks(known.Id))
                    words.AddText(text, overlap);
            }
            else
            {
                foreach (var chunk in content.Chunks)
                    words.AddText(chunk.Text, chunk.OverlapLength);
                RemoveChunks(known.Id, write);
                InsertChunks(known.Id, content, words, write, ref nextChunk);
            }

            _writer.Run(LocalIndexSql.DeleteFileText, known.Id);
            InsertWords(known.Id, words, write);
            length = words.Length;
        }

        _writer.Run(
            LocalIndexSql.UpdateFile, file.FileId, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes,
            Stored(file.ModifiedAt), content?.Revision ?? known.Revision, language, length, NameKey.Of(file.Name), NameKey.OfTitle(file.Name), file.AclId);
        write.Files.Add((known.Id, file));
    }

    private void InsertWords(int id, FileWords words, PendingWrite write)
    {
        _writer.Run(LocalIndexSql.InsertFileText, id, words.Name, words.Text);
        foreach (var form in words.Forms)
            write.Forms[form] = write.Forms.GetValueOrDefault(form) + 1;
        write.Words.Add((id, words));
    }

    private KnownFile? Find(string fileId)
    {
        using var row = _writer.Read(LocalIndexSql.FindFile, fileId);
        return row.Read()
            ? new(row.GetInt32(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt32(4))
            : null;
    }

    private void RemoveFile(int id, PendingWrite write)
    {
        _writer.Run(LocalIndexSql.DeleteFileText, id);
        RemoveChunks(id, write);
        _writer.Run(LocalIndexSql.DeleteFile, id);
        write.RemovedFiles.Add(id);
        // A new file of the same transaction may get this row again.
        write.Files.RemoveAll(file => file.Row == id);
        write.Words.RemoveAll(file => file.Row == id);
    }

    private List<(long Id, string Text, int OverlapLength)> ReadChunks(int file)
    {
        var chunks = new List<(long, string, int)>();
        using var rows = _writer.Read(LocalIndexSql.ChunksOfFile, file);
        while (rows.Read())
            chunks.Add((rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2)));
        return chunks;
    }

    private void RemoveChunks(int file, PendingWrite write)
    {
        foreach (var (id, _, _) in ReadChunks(file))
            _writer.Run(LocalIndexSql.DeleteChunkText, id);
        using (var slots = _writer.Read(LocalIndexSql.SlotsOfFile, file))
        {
            while (slots.Read())
                write.Freed.Add((slots.GetInt32(0), slots.GetInt32(1)));
        }

        _writer.Run(LocalIndexSql.DeleteSlots, file);
        _writer.Run(LocalIndexSql.DeleteChunks, file);
    }

    private void InsertChunks(int file, FeedContent content, FileWords words, PendingWrite write, ref long nextChunk)
    {
        for (var i = 0; i < content.Chunks.Count; i++)
        {
            var chunk = content.Chunks[i];
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

            _writer.Run(LocalIndexSql.InsertChunkText, nextChunk, words.Chunks[i]);
            nextChunk++;
        }
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
            _files.Set(row, file.FileId, new(file.ShareId, file.FolderId), file.MimeType, file.ModifiedAt, file.AclId);
        foreach (var (row, words) in write.Words)
        {
            _files.SetWords(row, words.Language, words.Length);
            _words.Change(row, words.Weights, _files);
        }

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

    private readonly record struct KnownFile(int Id, string Name, long Revision, string? Language, int Length);

    /// <summary>What a transaction will have changed in memory once it is committed.</summary>
    private sealed class PendingWrite(TextStems stems)
    {
        internal TextStems Stems => stems;

        internal List<(int Row, FileWords Words)> Words { get; } = [];

        /// <summary>In the order of the table, which is then written from front to back.</summary>
        internal SortedDictionary<(string Form, string Term), int> Forms { get; } = new(FormOrder);

        internal List<(int Row, IndexedFile File)> Files { get; } = [];

        internal List<int> RemovedFiles { get; } = [];

        internal List<(int Segment, int Slot)> Freed { get; } = [];

        internal List<(int Segment, int Slot, int File, int Chunk, float Scale)> Assigned { get; } = [];

        internal Dictionary<int, int> SlotsInUse { get; } = [];

        internal List<(int Segment, int Slot)> Reused { get; } = [];

        internal List<int> NewSegments { get; } = [];
    }
}
