using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Index;

public sealed class FoundFilesTests
{
    private const int Files = 10;

    [Theory]
    [InlineData(10, 10, 1, 0, 4)]
    [InlineData(10, 10, 1, 2, 2)]
    [InlineData(10, 0, 0, 0, 4)]
    public void Common_words_are_left_out_only_when_two_words_remain_that_files_have(int first, int second, int third, int fourth, int remaining)
    {
        var columns = Columns();
        using var found = new FoundFiles(columns.Count);
        Find(found, columns, first, second, third, fourth);
        found.LeaveOutCommon(Files / 2);
        Assert.Equal(remaining, found.Terms.Count);
    }

    [Fact]
    public void Each_term_keeps_its_own_files()
    {
        var columns = Columns();
        using var found = new FoundFiles(columns.Count);
        Find(found, columns, 3, 1, 0, 2);
        found.Score();
        var allowed = columns.Allowed(new() { TenantId = "tnt_one", Query = "" });
        Assert.Equal([3, 2, 1, 0], Enumerable.Range(1, 4).Select(least => found.Count(allowed, least)));
    }

    private static FileColumns Columns()
    {
        var columns = new FileColumns();
        for (var row = 1; row <= Files; row++)
        {
            columns.Set(row, $"fil_{row}", new("shr_a", null), "text/plain", DateTimeOffset.UnixEpoch);
            columns.SetWords(row, "english", 4);
        }

        return columns;
    }

    private static void Find(FoundFiles found, FileColumns columns, params ReadOnlySpan<int> filesOfTerms)
    {
        var terms = QueryText.Parse("alpha beta gamma delta");
        for (var i = 0; i < filesOfTerms.Length; i++)
        {
            found.Begin(terms[i]);
            for (var row = 1; row <= filesOfTerms[i]; row++)
                found.Add(row, WordWeights.InText);
            found.End(columns);
        }
    }
}
