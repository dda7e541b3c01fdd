namespace ScaiDrive.Search.Index.Local;

/// <summary>Every statement of the local index, in SQLite's dialect.</summary>
internal static class LocalIndexSql
{
    /// <summary>Another version means: delete and rebuild. To be raised with the schema, and with what <c>TextAnalysis</c> makes of a text.</summary>
    internal const int SchemaVersion = 4;

    // The full-text tables keep no text of their own, and get it as index terms separated by spaces: their tokenizer takes
    // every character beyond ASCII as part of a word.
    internal const string Create = """
        CREATE TABLE meta (
            only_row       INTEGER PRIMARY KEY CHECK (only_row = 1),
            schema_version INTEGER NOT NULL,
            index_id       TEXT    NOT NULL,
            database_id    TEXT    NOT NULL,
            cursor         INTEGER NOT NULL,
            -- While building: the last file taken over. Null: complete.
            built_through  TEXT
        );
        CREATE TABLE file (
            id          INTEGER PRIMARY KEY,
            file_id     TEXT    NOT NULL UNIQUE,
            share_id    TEXT    NOT NULL,
            folder_id   TEXT,
            name        TEXT    NOT NULL,
            path        TEXT    NOT NULL,
            mime_type   TEXT    NOT NULL,
            size_bytes  INTEGER NOT NULL,
            modified_at TEXT    NOT NULL,
            revision    INTEGER NOT NULL,
            -- Of its text; null: not known.
            language    TEXT,
            -- Index terms in name and text.
            length      INTEGER NOT NULL,
            -- The words of the name, and of the name without its extension, as they are compared with a whole query.
            name_key    TEXT    NOT NULL,
            title_key   TEXT    NOT NULL,
            acl_id      INTEGER
        );
        CREATE INDEX file_path ON file (path);
        CREATE INDEX file_name_key ON file (name_key);
        CREATE INDEX file_title_key ON file (title_key);
        CREATE INDEX file_folder ON file (folder_id);
        CREATE TABLE segment (
            id         INTEGER PRIMARY KEY,
            model      TEXT    NOT NULL,
            dimensions INTEGER NOT NULL,
            slots      INTEGER NOT NULL,
            UNIQUE (model, dimensions)
        );
        CREATE TABLE chunk (
            id             INTEGER PRIMARY KEY,
            file           INTEGER NOT NULL,
            chunk_index    INTEGER NOT NULL,
            page           INTEGER NOT NULL,
            section        TEXT,
            text           TEXT    NOT NULL,
            overlap_length INTEGER NOT NULL,
            UNIQUE (file, chunk_index)
        );
        -- A chunk has one slot in the segment of each model it has a vector of.
        CREATE TABLE chunk_slot (
            chunk   INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            slot    INTEGER NOT NULL,
            scale   REAL    NOT NULL,
            PRIMARY KEY (chunk, segment)
        ) WITHOUT ROWID;
        -- Words as they are written, and the index terms they became. A count is never taken back: it says which are frequent.
        CREATE TABLE form (
            form  TEXT    NOT NULL,
            term  TEXT    NOT NULL,
            files INTEGER NOT NULL,
            PRIMARY KEY (form, term)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE file_text USING fts5 (name, content, content = '', contentless_delete = 1, tokenize = "ascii");
        CREATE VIRTUAL TABLE chunk_text USING fts5 (text, content = '', contentless_delete = 1, tokenize = "ascii");
        CREATE VIRTUAL TABLE word_place USING fts5vocab (file_text, instance);
        """;

    internal const string InsertMeta = "INSERT INTO meta (only_row, schema_version, index_id, database_id, cursor, built_through) VALUES (1, $1, $2, $3, $4, '')";
    internal const string ReadMeta = "SELECT schema_version, index_id, database_id, cursor, built_through FROM meta";
    internal const string SaveCursor = "UPDATE meta SET cursor = $1";
    internal const string SaveProgress = "UPDATE meta SET built_through = $1";

    internal const string Segments = "SELECT id, model, dimensions, slots FROM segment ORDER BY id";
    internal const string InsertSegment = "INSERT INTO segment (model, dimensions, slots) VALUES ($1, $2, 0) RETURNING id";
    internal const string SaveSlots = "UPDATE segment SET slots = $2 WHERE id = $1";
    internal const string Slots = "SELECT s.segment, s.slot, c.file, c.chunk_index, s.scale FROM chunk_slot s JOIN chunk c ON c.id = s.chunk";

    internal const string FileColumns = "SELECT id, file_id, share_id, mime_type, modified_at, language, length, acl_id, folder_id FROM file";
    internal const string FindFile = "SELECT id, name, revision, language, length FROM file WHERE file_id = $1";
    internal const string InsertFile = """
        INSERT INTO file (file_id, share_id, folder_id, name, path, mime_type, size_bytes, modified_at, revision, language, length, name_key, title_key, acl_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        RETURNING id
        """;
    internal const string UpdateFile = """
        UPDATE file
        SET share_id = $2, folder_id = $3, name = $4, path = $5, mime_type = $6, size_bytes = $7, modified_at = $8, revision = $9,
            language = $10, length = $11, name_key = $12, title_key = $13, acl_id = $14
        WHERE file_id = $1
        """;
    internal const string DeleteFile = "DELETE FROM file WHERE id = $1";

    internal const string ChunksOfFile = "SELECT id, text, overlap_length FROM chunk WHERE file = $1 ORDER BY chunk_index";
    internal const string InsertChunk = """
        INSERT INTO chunk (id, file, chunk_index, page, section, text, overlap_length) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;
    internal const string LastChunkId = "SELECT coalesce(max(id), 0) FROM chunk";
    internal const string DeleteChunks = "DELETE FROM chunk WHERE file = $1";
    internal const string InsertSlot = "INSERT INTO chunk_slot (chunk, segment, slot, scale) VALUES ($1, $2, $3, $4)";
    internal const string SlotsOfFile = "SELECT s.segment, s.slot FROM chunk_slot s JOIN chunk c ON c.id = s.chunk WHERE c.file = $1";
    internal const string DeleteSlots = "DELETE FROM chunk_slot WHERE chunk IN (SELECT id FROM chunk WHERE file = $1)";

    internal const string InsertFileText = "INSERT INTO file_text (rowid, name, content) VALUES ($1, $2, $3)";
    internal const string DeleteFileText = "DELETE FROM file_text WHERE rowid = $1";
    internal const string InsertChunkText = "INSERT INTO chunk_text (rowid, text) VALUES ($1, $2)";
    internal const string DeleteChunkText = "DELETE FROM chunk_text WHERE rowid = $1";
    internal const string CountForm = """
        INSERT INTO form (form, term, files) VALUES ($1, $2, $3)
        ON CONFLICT (form, term) DO UPDATE SET files = files + excluded.files
        """;

    // Weighed as in memory: see WordWeights.
    internal const string Rank = "SELECT rowid, bm25(file_text, 3.0, 1.0) FROM file_text WHERE file_text MATCH $1";
    internal const string FullTextTotals = "SELECT block FROM file_text_data WHERE id = 1";
    internal const string FilesMatching = "SELECT rowid FROM file_text WHERE file_text MATCH $1";
    internal const string PlacesOf = "SELECT doc, col = 'name' FROM word_place WHERE term = $1";
    internal const string TermsOfForm = "SELECT term FROM form WHERE form = $1 ORDER BY files DESC, term LIMIT 8";
    internal const string TermsOfForms = """
        SELECT term, sum(files) FROM form WHERE form >= $1 AND form < $2 GROUP BY term ORDER BY sum(files) DESC, term LIMIT $3
        """;
    internal const string FilesNamed = "SELECT id FROM file WHERE name_key = $1";
    internal const string FilesTitled = "SELECT id FROM file WHERE title_key = $1";
    internal const string Probe = "SELECT count(*) FROM meta";

    internal const string IdsUnderPath = "SELECT id FROM file WHERE path >= $1 AND path < $2";
    internal const string IdsUnderPathInShare = "SELECT id FROM file WHERE path >= $1 AND path < $2 AND share_id = $3";
    internal const string IdsInFolder = "SELECT id FROM file WHERE folder_id = $1";

    internal const string LoadFile = """
        SELECT id, name, share_id, folder_id, path, mime_type, size_bytes, modified_at, language FROM file WHERE file_id = $1
        """;
    internal const string FileIdOf = "SELECT file_id FROM file WHERE id = $1";
    internal const string FileIdsOf = "SELECT f.id, f.file_id FROM json_each($1) AS wanted JOIN file AS f ON f.id = wanted.value";
    internal const string RowsOfFiles = "SELECT f.id, f.file_id FROM json_each($1) AS wanted JOIN file AS f ON f.file_id = wanted.value";
    internal const string ChunkRange = "SELECT min(id), max(id) FROM chunk WHERE file = $1";
    internal const string ChunksWith = "SELECT rowid FROM chunk_text WHERE chunk_text MATCH $1 AND rowid >= $2 AND rowid <= $3";
    internal const string RankChunks = """
        SELECT c.file, c.chunk_index, t.score
        FROM (SELECT rowid, bm25(chunk_text) AS score FROM chunk_text WHERE chunk_text MATCH $1) AS t
        JOIN chunk c ON c.id = t.rowid
        """;
    internal const string LoadChunk = "SELECT chunk_index, page, section, text FROM chunk WHERE id = $1";
    internal const string LoadChunkAt = "SELECT chunk_index, page, section, text FROM chunk WHERE file = $1 AND chunk_index = $2";
}
