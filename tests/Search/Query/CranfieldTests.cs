using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using ScaiDrive.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Query;

/// <summary>The Cranfield collection: 1,400 abstracts, 225 judged queries.</summary>
public sealed class CranfieldTests
{
    [Fact]
    public async Task Ranking_by_words_is_as_good_as_plain_bm25()
    {
        if (RepositoryPaths.Corpus is not { } corpus)
            return;
        await using var room = await SearchRoom.CreateAsync();
        var documents = Read(Path.Combine(corpus, "cranfield", "cran.all"));
        foreach (var part in documents.Select((text, i) => (Text: text, File: File($"fil_{i + 1:0000}", $"{i + 1}.txt", text))).Chunk(200))
        {
            await room.CommitAsync(async tx =>
            {
                await room.Writer.UpsertFilesAsync(tx, Tenant, [.. part.Select(document => document.File)], Stop);
                foreach (var (text, file) in part)
                    await room.Writer.ReplaceChunksAsync(tx, Tenant, file.FileId, file.ContentHash, "text", null, room.Chunker.Split([new(1, text, [])]), Stop);
            });
        }

        await room.Node.CatchUpAsync(Tenant, Stop);
        var judged = Judgements(Path.Combine(corpus, "cranfield", "cran.rel"));
        var queries = Read(Path.Combine(corpus, "cranfield", "cran.qry"));
        var sum = 0.0;
        foreach (var (query, gains) in judged)
        {
            var ranking = await room.Node.KeywordAsync(new(Request(queries[query - 1]), 0, 10), Stop);
            sum += Ndcg(ranking.Files.Select(file => gains.GetValueOrDefault(int.Parse(file.FileId[4..], null))), gains.Values);
        }

        Assert.True(sum / judged.Count >= 0.361, $"nDCG@10 is {sum / judged.Count:0.0000}");
    }

    private static double Ndcg(IEnumerable<int> found, IEnumerable<int> all)
    {
        static double Dcg(IEnumerable<int> gains) => gains.Take(10).Select((gain, rank) => gain / Math.Log2(rank + 2)).Sum();
        var ideal = Dcg(all.OrderDescending());
        return ideal > 0 ? Dcg(found) / ideal : 0;
    }

    // SMART format: ".I" starts an entry, ".W" its text; ".T" its title; both are searched.
    private static List<string> Read(string path)
    {
        var entries = new List<string>();
        var field = ' ';
        foreach (var line in System.IO.File.ReadLines(path))
        {
            if (line.StartsWith(".I ", StringComparison.Ordinal))
                entries.Add("");
            else if (line.Length == 2 && line[0] == '.')
                field = line[1];
            else if (field is 'T' or 'W' && entries.Count > 0)
                entries[^1] += line + "\n";
        }

        return entries;
    }

    private static Dictionary<int, Dictionary<int, int>> Judgements(string path)
    {
        var judged = new Dictionary<int, Dictionary<int, int>>();
        foreach (var line in System.IO.File.ReadLines(path))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (columns.Length < 3)
                continue;
            var (query, document, code) = (int.Parse(columns[0], null), int.Parse(columns[1], null), int.Parse(columns[2], null));
            if (!judged.TryGetValue(query, out var gains))
                judged[query] = gains = [];
            gains[document] = code is >= 1 and <= 4 ? 5 - code : 0;
        }

        return judged;
    }
}
