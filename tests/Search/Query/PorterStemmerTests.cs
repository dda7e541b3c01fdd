using Microsoft.Data.Sqlite;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Query;

public sealed class PorterStemmerTests
{
    [Fact]
    public void Stems_are_those_of_the_index_for_every_word_of_a_collection()
    {
        var words = Vocabulary();
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var create = connection.CreateCommand();
        create.CommandText = """
            CREATE VIRTUAL TABLE t USING fts5 (w, tokenize = "porter unicode61 remove_diacritics 2");
            CREATE VIRTUAL TABLE v USING fts5vocab (t, instance);
            """;
        create.ExecuteNonQuery();
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO t (rowid, w) VALUES ($1, $2)";
        insert.Parameters.AddWithValue("$1", 0);
        insert.Parameters.AddWithValue("$2", "");
        for (var i = 0; i < words.Count; i++)
        {
            (insert.Parameters[0].Value, insert.Parameters[1].Value) = (i + 1, words[i]);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT doc, term FROM v";
        using var rows = read.ExecuteReader();
        var differences = new List<string>();
        while (rows.Read())
        {
            var word = words[rows.GetInt32(0) - 1];
            if (PorterStemmer.Stem(WordForm.Fold(WordForm.Normalize(word))) != rows.GetString(1))
                differences.Add($"{word}: {PorterStemmer.Stem(WordForm.Fold(WordForm.Normalize(word)))}, in the index {rows.GetString(1)}");
        }

        Assert.Empty(differences);
    }

    private static List<string> Vocabulary()
    {
        var text = "caresses ponies cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned falling hissing fizzed "
            + "failing filing happy sky relational conditional rational valenci digitizer operator feudalism decisiveness hopefulness callousness "
            + "formaliti sensitiviti triplicate formative formalize electrical hopeful goodness revival allowance inference airliner adjustable "
            + "defensible irritant replacement adjustment dependent adoption communism activate effective bowdlerize probate rate controll roll Café";
        if (RepositoryPaths.Corpus is { } corpus)
            text += File.ReadAllText(Path.Combine(corpus, "cranfield", "cran.all"));
        return [.. Words.In(text).Select(word => text[word.Start..word.End]).Distinct(StringComparer.Ordinal)];
    }
}
