namespace ScaiDrive.Bench.Search;

/// <summary>How the tables of search are filled without going through the jobs.</summary>
internal static class SearchBenchSql
{
    internal const string CopyFiles = """
        COPY search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, chunks_hash, chunk_count, language, revision)
        FROM STDIN (FORMAT binary)
        """;

    internal const string CopyFileVectors = "COPY search.file_vectors (tenant_id, file_id, model) FROM STDIN (FORMAT binary)";

    internal const string CopyChunks = """
        COPY search.text_chunk (tenant_id, file_id, chunk_index, page, text, overlap_length, tokens, hash) FROM STDIN (FORMAT binary)
        """;

    internal const string CopyVectors = "COPY search.vector (tenant_id, model, chunk_hash, vector) FROM STDIN (FORMAT binary)";
}
