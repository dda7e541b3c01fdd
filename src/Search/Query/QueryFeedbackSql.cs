namespace ScaiDrive.Search.Query;

/// <summary>Statements of the feedback.</summary>
internal static class QueryFeedbackSql
{
    internal const string Vectors = """
        SELECT answer.number, v.model, v.vector
        FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY AS answer(file_id, chunk_index, number)
        JOIN search.text_chunk c ON c.tenant_id = $1 AND c.file_id = answer.file_id AND c.chunk_index = answer.chunk_index
        JOIN search.vector v ON v.tenant_id = $1 AND v.model = ANY ($4) AND v.chunk_hash = c.hash
        """;
}
