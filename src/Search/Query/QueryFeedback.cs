using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Query;

/// <summary>Moves the vector of a query towards the best answers by words, before meaning is asked.</summary>
/// <remarks>
/// A query of a few words lies far from texts that answer it, and texts lie near each other. So what words find first shows meaning
/// where to look (pseudo-relevance feedback: Rocchio 1971; on dense vectors Li et al., TOIS 2023). The answers pull by
/// their scores, together half as strongly as the query itself: when words found the wrong ones, the query still leads.
/// docs/adr/0009-ranking.md has the figures.
/// </remarks>
public sealed class QueryFeedback(ISearchEngine engine, Database database)
{
    private const int Answers = 3;
    private const float Pull = 0.5f;

    /// <summary>The query in every model, moved; as it was in a model that has no vectors of those answers.</summary>
    /// <param name="request">The search that found <paramref name="words"/>.</param>
    /// <param name="words">Files by words, best first.</param>
    /// <param name="query">The vector by model.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<IReadOnlyList<(string Model, float[] Vector)>> MoveAsync(
        EngineRequest request, IReadOnlyList<RankedFile> words, IReadOnlyList<(string Model, float[] Vector)> query, CancellationToken cancellationToken)
    {
        var best = (await engine.LoadAsync(request, [.. words.Take(Answers)], cancellationToken)).Where(hit => hit.ChunkIndex is not null && hit.Score > 0).ToList();
        if (best.Count == 0)
            return query;
        var sum = best.Sum(hit => hit.Score);
        var moved = query.ToDictionary(one => one.Model, one => Unit(one.Vector), StringComparer.Ordinal);
        await using var command = database.CreateCommand(QueryFeedbackSql.Vectors);
        command.Parameters.Add(new() { Value = request.Search.TenantId });
        command.Parameters.Add(new() { Value = best.Select(hit => hit.FileId).ToArray() });
        command.Parameters.Add(new() { Value = best.Select(hit => hit.ChunkIndex!.Value).ToArray() });
        command.Parameters.Add(new() { Value = moved.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var vector = moved[reader.GetString(1)];
            var answer = Unit(MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(2)));
            if (answer.Length == vector.Length)
                TensorPrimitives.MultiplyAdd<float>(answer, Pull * (float)(best[(int)reader.GetInt64(0) - 1].Score / sum), vector, vector);
        }

        return [.. query.Select(one => (one.Model, moved[one.Model]))];
    }

    private static float[] Unit(ReadOnlySpan<float> vector)
    {
        var unit = new float[vector.Length];
        var length = TensorPrimitives.Norm(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, unit);
        return unit;
    }
}
