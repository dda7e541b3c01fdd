using System.Collections.Frozen;
using System.Collections.Concurrent;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>Stems by PostgreSQL's Snowball dictionaries, with a memory of the words asked for.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SnowballStems(Database database)
{
    /// <summary>About 25 MB; a large document of one language has some 20,000 different words.</summary>
    private const int MostKnown = 200_000;

    private const int WordsPerQuestion = 5_000;

    private static readonly FrozenDictionary<string, string> Dictionaries = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ar"] = "search.arabic",
        ["hy"] = "search.armenian",
        ["eu"] = "search.basque",
        ["ca"] = "search.catalan",
        ["da"] = "search.danish",
        ["nl"] = "search.dutch",
        ["fi"] = "search.finnish",
        ["fr"] = "search.french",
        ["de"] = "search.german",
        ["el"] = "search.greek",
        ["hi"] = "search.hindi",
        ["hu"] = "search.hungarian",
        ["id"] = "search.indonesian",
        ["ga"] = "search.irish",
        ["it"] = "search.italian",
        ["lt"] = "search.lithuanian",
        ["ne"] = "search.nepali",
        ["no"] = "search.norwegian",
        ["pt"] = "search.portuguese",
        ["ro"] = "search.romanian",
        ["ru"] = "search.russian",
        ["sr"] = "search.serbian",
        ["es"] = "search.spanish",
        ["sv"] = "search.swedish",
        ["ta"] = "search.tamil",
        ["tr"] = "search.turkish",
        ["yi"] = "search.yiddish",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string Language, string Word), string> _known = new();

    /// <summary>Whether a language has a dictionary.</summary>
    internal static bool Has(string language) => Dictionaries.ContainsKey(language);

    /// <summary>The stems of words of one language that has a dictionary.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    internal async Task AddStemsAsync(
        string language, IReadOnlyCollection<string> words, Dictionary<(string Language, string Word), string> stems, CancellationToken cancellationToken)
    {
        var unknown = new List<string>();
        foreach (var word in words)
        {
            if (_known.TryGetValue((language, word), out var stem))
                stems[(language, word)] = stem;
            else
                unknown.Add(word);
        }

        foreach (var part in unknown.Chunk(WordsPerQuestion))
            await AskAsync(language, part, stems, cancellationToken);
    }

    private async Task AskAsync(
        string language, string[] words, Dictionary<(string Language, string Word), string> stems, CancellationToken cancellationToken)
    {
        // All at once: keeping order of use would cost more than asking again.
        if (_known.Count + words.Length > MostKnown)
            _known.Clear();
        await using var command = database.CreateCommand(SnowballSql.Stems);
        command.Parameters.Add(new() { Value = Dictionaries[language] });
        command.Parameters.Add(new() { Value = words });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var i = 0; await reader.ReadAsync(cancellationToken); i++)
            stems[(language, words[i])] = _known[(language, words[i])] = reader.GetString(0);
    }
}
