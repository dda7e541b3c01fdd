using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Sync.Merging;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>Every combination of what both sides had and have, of direction, rule and decision.</summary>
public sealed class JudgementTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Before, at the source, in the share: '-' is no file, a letter a content; then the verdict in each direction (both ways for each rule).
    // P pull, S send, = nothing, A adopt, C copy, ? ask, and for the last writer the newer one, which the test turns round.
    // Columns: to ScaiDrive, from ScaiDrive, keep both, manual, server wins, client wins, last writer with the source newer, with the share newer.
    [Theory]
    [InlineData("---", "========")]
    [InlineData("aaa", "========")]
    [InlineData("-a-", "P=PPPPPP")]
    [InlineData("--a", "=SSSSSSS")]
    [InlineData("-aa", "AAAAAAAA")]
    [InlineData("-ab", "PSC?SPPS")]
    [InlineData("aba", "PSPPPPPP")]
    [InlineData("aab", "PSSSSSSS")]
    [InlineData("abb", "AAAAAAAA")]
    [InlineData("abc", "PSC?SPPS")]
    [InlineData("a-a", "PSPPPPPP")]
    [InlineData("aa-", "PSSSSSSS")]
    [InlineData("a--", "AAAAAAAA")]
    [InlineData("a-b", "PSS?SPSS")]
    [InlineData("ab-", "PSP?SPPP")]
    public void What_becomes_of_a_file(string contents, string verdicts)
    {
        (SyncRules Rules, bool SourceIsNewer)[] columns =
        [
            (new SyncRules { Direction = SyncDirection.ToScaiDrive }, false),
            (new SyncRules { Direction = SyncDirection.FromScaiDrive }, false),
            .. new[] { ConflictResolution.KeepBoth, ConflictResolution.Manual, ConflictResolution.ServerWins, ConflictResolution.ClientWins }
                .Select(resolution => (Both(resolution), false)),
            (Both(ConflictResolution.LastWriterWins), true),
            (Both(ConflictResolution.LastWriterWins), false),
        ];
        var told = columns.Select(column => Judgement.Of(
            State(contents[0], 0), State(contents[1], column.SourceIsNewer ? 2 : 1), State(contents[2], column.SourceIsNewer ? 1 : 2), column.Rules, null));

        Assert.Equal(verdicts, string.Concat(told.Select(one => Sign(one.Verdict))));
        var isConflict = contents is "-ab" or "abc" or "a-b" or "ab-";
        Assert.All(told.Skip(2), one => Assert.Equal(isConflict, one.ConflictKind is not null));
        Assert.All(told.Take(2), one => Assert.Null(one.ConflictKind));
    }

    [Theory]
    [InlineData("abc", "SPC")]
    [InlineData("-ab", "SPC")]
    [InlineData("a-b", "SPS")]
    [InlineData("ab-", "SPP")]
    [InlineData("aba", "PPP")]
    public void What_a_person_decided_comes_before_the_rule(string contents, string verdicts) =>
        Assert.Equal(verdicts, string.Concat(Enum.GetValues<ConflictDecision>().Select(decision => Sign(Judgement.Of(
            State(contents[0], 0), State(contents[1], 1), State(contents[2], 2), Both(ConflictResolution.Manual), decision).Verdict))));

    [Fact]
    public void Equal_times_are_settled_for_the_share_which_keeps_versions() =>
        Assert.Equal(Verdict.Push, Judgement.Of(State('a', 0), State('b', 1), State('c', 1), Both(ConflictResolution.LastWriterWins), null).Verdict);

    private static SyncRules Both(ConflictResolution resolution) => new() { Direction = SyncDirection.Bidirectional, ConflictResolution = resolution };

    private static FileState? State(char content, int day) => content == '-' ? null : new FileState(content.ToString(), 1, Day.AddDays(day));

    private static char Sign(Verdict verdict) => verdict switch
    {
        Verdict.Nothing => '=',
        Verdict.Adopt => 'A',
        Verdict.Pull => 'P',
        Verdict.Push => 'S',
        Verdict.Copy => 'C',
        _ => '?',
    };
}
