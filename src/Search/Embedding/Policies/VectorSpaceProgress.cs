using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>How far a model is built.</summary>
/// <param name="Model">The model.</param>
/// <param name="IsComplete">Whether no file waits for its vectors.</param>
/// <param name="Failed">Files whose embedding failed for good, counted when it is complete.</param>
public sealed record SpaceLook(string Model, bool IsComplete, long Failed);

/// <summary>A model there are vectors of, and how far it is.</summary>
/// <param name="Space">Model, provider, whether it serves.</param>
/// <param name="IsWanted">Whether a policy wants it.</param>
/// <param name="FilesDone">Files with vectors of it.</param>
/// <param name="FilesWanted">Files with text whose policy wants vectors of it.</param>
/// <param name="FilesFailed">Those of them whose embedding failed for good.</param>
public sealed record SpaceCount(VectorSpace Space, bool IsWanted, long FilesDone, long FilesWanted, long FilesFailed);

/// <summary>Compares the files that have text with the models the rules want for them.</summary>
public sealed class VectorSpaceProgress(Database database, FileStates states)
{
    private const int PageSize = 5_000;

    /// <summary>Whether every file whose policy wants the model has its vectors. Ends at the first one that waits.</summary>
    public async Task<SpaceLook> LookAsync(string tenantId, IndexingRules rules, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var (last, failed) = ("", 0L);
        while (true)
        {
            await using var command = database.CreateCommand(VectorSpaceSql.Lacking);
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = model });
            command.Parameters.Add(new() { Value = last });
            command.Parameters.Add(new() { Value = PageSize });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var read = 0;
            while (await reader.ReadAsync(cancellationToken))
            {
                read++;
                last = reader.GetString(0);
                if (rules.Decide(reader.GetString(1), reader.GetString(2), reader.GetString(3)) is not { Semantic: true } decision || decision.Provider.Model != model)
                    continue;
                if (!reader.GetBoolean(4))
                    return new(model, false, failed);
                failed++;
            }

            if (read < PageSize)
                return new(model, true, failed);
        }
    }

    /// <summary>Every space of the tenant with its numbers. Reads each file once.</summary>
    public async Task<IReadOnlyList<SpaceCount>> CountAsync(string tenantId, IndexingRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var wanted = rules.WantedProviders().Select(row => row.Model).ToHashSet(StringComparer.Ordinal);
        var counts = rules.Spaces.ToDictionary(space => space.Model, space => new SpaceCount(space, wanted.Contains(space.Model), 0, 0, 0), StringComparer.Ordinal);
        var last = "";
        while (await states.PageAsync(tenantId, last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1].FileId;
            foreach (var file in page)
                Add(counts, rules, file);
        }

        return [.. rules.Spaces.Select(space => counts[space.Model])];
    }

    private static void Add(Dictionary<string, SpaceCount> counts, IndexingRules rules, FileState file)
    {
        foreach (var model in file.Models)
        {
            if (counts.TryGetValue(model, out var has))
                counts[model] = has with { FilesDone = has.FilesDone + 1 };
        }

        if (!file.HasCurrentText || rules.Decide(file.ShareId, file.Path, file.MimeType) is not { Semantic: true } decision
            || !counts.TryGetValue(decision.Provider.Model, out var wants))
            return;
        var failed = !file.Models.Contains(decision.Provider.Model) && FileRework.HasFailedFor(rules, decision.Provider.Model, file);
        counts[decision.Provider.Model] = wants with { FilesWanted = wants.FilesWanted + 1, FilesFailed = wants.FilesFailed + (failed ? 1 : 0) };
    }
}
