using Npgsql;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>What a change of rules comes to, before and after it is made.</summary>
/// <param name="Files">Files with anything to do.</param>
/// <param name="Actions">Files by what is to be done: <c>exclude</c>, <c>extract</c>, <c>index</c> (their text is stored), <c>recognize</c>, <c>embed</c>, <c>drop_vectors</c>.</param>
/// <param name="OcrPages">Pages that go to OCR.</param>
/// <param name="Embeddings">What is to be embedded, model by model.</param>
/// <param name="UncountedFiles">Files that are read or cut first: their tokens are not known yet.</param>
public sealed record ReworkEstimate(
    long Files, IReadOnlyDictionary<string, long> Actions, long OcrPages, IReadOnlyList<ModelEstimate> Embeddings, long UncountedFiles)
{
    /// <summary>Nothing to do.</summary>
    public static ReworkEstimate Nothing { get; } = new(0, new Dictionary<string, long>(), 0, [], 0);
}

/// <summary>What one model has to embed.</summary>
/// <param name="Model">The model.</param>
/// <param name="Provider">Who embeds.</param>
/// <param name="Texts">Texts without a vector of it, each once.</param>
/// <param name="Tokens">Their tokens, as the local model counts.</param>
public sealed record ModelEstimate(string Model, ProviderRow Provider, long Texts, long Tokens);

/// <summary>Compares two sets of rules file by file and sums up the difference.</summary>
public sealed class ReworkEstimator(Database database)
{
    private const int PageSize = 5_000;

    // Summing up the texts of a million files takes longer than the 30 seconds a command has by default.
    private const int TimeoutSeconds = 120;

    /// <summary>What putting the second rules in the place of the first would cause, and nothing that was due before.</summary>
    public async Task<ReworkEstimate> EstimateAsync(string tenantId, IndexingRules before, IndexingRules after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, ReworkEstimateSql.CreateList, [], cancellationToken);
        var sum = new Sum(connection, tenantId);
        var last = "";
        // On this connection, whose transaction would be ended for standing idle otherwise.
        while (await FileStates.PageAsync(connection, tenantId, last, PageSize, TimeoutSeconds, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1].FileId;
            await sum.AddAsync([.. page.Where(file => Differs(before, after, file)).Select(file => (file, FileRework.Of(after, file))).Where(one => one.Item2.IsDue)], cancellationToken);
        }

        return await sum.CompleteAsync(after, cancellationToken);
    }

    private static bool Differs(IndexingRules before, IndexingRules after, FileState file)
    {
        var (old, now) = (before.Decide(file.ShareId, file.Path, file.MimeType), after.Decide(file.ShareId, file.Path, file.MimeType));
        return (old.IndexContent, old.Semantic, old.Ocr, old.Provider.Model) != (now.IndexContent, now.Semantic, now.Ocr, now.Provider.Model);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private sealed class Sum(NpgsqlConnection connection, string tenantId)
    {
        private readonly Dictionary<string, long> actions = new(StringComparer.Ordinal);
        private long files;
        private long pages;
        private long uncounted;
        private long embedded;

        internal async Task AddAsync(IReadOnlyList<(FileState File, FileRework Rework)> due, CancellationToken cancellationToken)
        {
            files += due.Count;
            Count("exclude", due.Count(one => one.Rework.Exclude));
            Count("recognize", due.Count(one => one.Rework.Recognize));
            Count("embed", due.Count(one => one.Rework.Embed is not null));
            Count("drop_vectors", due.Count(one => one.Rework is { Exclude: false } and ({ SkipVectors: true } or { DropModels.Count: > 0 })));
            await AddExtractionAsync([.. due.Where(one => one.Rework.Extract).Select(one => one.File.FileId)], cancellationToken);
            if (due.Where(one => one.Rework.Recognize).Select(one => one.File.FileId).ToArray() is { Length: > 0 } images)
            {
                await using var command = Command(connection, ReworkEstimateSql.Images, tenantId, images);
                pages += (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            }

            var toEmbed = due.Where(one => one.Rework.Embed is not null).ToList();
            if (toEmbed.Count == 0)
                return;
            embedded += toEmbed.Count;
            await ExecuteAsync(
                connection, ReworkEstimateSql.Fill,
                [toEmbed.Select(one => one.File.FileId).ToArray(), toEmbed.Select(one => one.Rework.Embed!).ToArray()], cancellationToken);
        }

        internal async Task<ReworkEstimate> CompleteAsync(IndexingRules rules, CancellationToken cancellationToken)
        {
            var embeddings = new List<ModelEstimate>();
            if (embedded > 0)
            {
                await ExecuteAsync(connection, ReworkEstimateSql.Analyze, [], cancellationToken);
                await using var command = Command(connection, ReworkEstimateSql.Tokens, tenantId);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    var model = reader.GetString(0);
                    var provider = rules.WantedProviders().First(row => row.Model == model);
                    embeddings.Add(new(model, provider, reader.GetInt64(1), reader.GetInt64(2)));
                }
            }

            return new(files, actions, pages, embeddings, uncounted);
        }

        private async Task AddExtractionAsync(string[] ids, CancellationToken cancellationToken)
        {
            if (ids.Length == 0)
                return;
            await using var command = Command(connection, ReworkEstimateSql.StoredTexts, tenantId, ids);
            var stored = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            Count("index", stored);
            Count("extract", ids.Length - stored);
            uncounted += ids.Length;
        }

        private void Count(string action, long number)
        {
            if (number > 0)
                actions[action] = actions.GetValueOrDefault(action) + number;
        }
    }
}
