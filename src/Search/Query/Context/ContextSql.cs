namespace ScaiDrive.Search.Query.Context;

/// <summary>Statements of the context.</summary>
internal static class ContextSql
{
    // One statement, so that chunks of one file come from one cut of it.
    internal const string Chunks = """
        SELECT c.file_id, c.chunk_index, c.page, coalesce(c.last_page, c.page), c.section, c.text, c.overlap_length, c.hash
        FROM unnest($2::text[], $3::integer[]) AS wanted(file_id, chunk_index)
        JOIN search.text_chunk c ON c.tenant_id = $1 AND c.file_id = wanted.file_id AND c.chunk_index = wanted.chunk_index
        """;
}
