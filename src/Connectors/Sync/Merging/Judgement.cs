using ScaiDrive.Connectors.Conflicts;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>The content of a file on one side, or as both last had it.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="ModifiedAt">When it was last changed.</param>
internal sealed record FileState(string Sha256, long SizeBytes, DateTimeOffset ModifiedAt);

/// <summary>What is to be done about the content of one file.</summary>
internal enum Verdict
{
    /// <summary>Both sides are as they were, or the file is none of ours.</summary>
    Nothing,

    /// <summary>Both sides have the same by now; that is noted.</summary>
    Adopt,

    /// <summary>The share takes what the source has, or loses what the source lost.</summary>
    Pull,

    /// <summary>The source takes what the share has, or loses what the share lost.</summary>
    Push,

    /// <summary>The source keeps the name, the content of the share goes on as a copy.</summary>
    Copy,

    /// <summary>Nothing, until a person decides.</summary>
    Ask,
}

/// <summary>Decides about the content of one file from what both sides had and what each has now; null stands for no file.</summary>
/// <remarks>Pure: no clock, no database. Where the file lies is decided apart from what it holds.</remarks>
internal sealed record Judgement(Verdict Verdict, string? ConflictKind)
{
    private static Judgement Plain(Verdict verdict) => new(verdict, null);

    internal static Judgement Of(FileState? before, FileState? source, FileState? share, SyncRules rules, ConflictDecision? decision)
    {
        if (source?.Sha256 == share?.Sha256)
            return Plain(source?.Sha256 == before?.Sha256 ? Verdict.Nothing : Verdict.Adopt);
        var sourceChanged = source?.Sha256 != before?.Sha256;
        var shareChanged = share?.Sha256 != before?.Sha256;
        return rules.Direction switch
        {
            // What either side has of its own, beside what is mirrored, is left alone.
            SyncDirection.ToScaiDrive => Plain(before is null && source is null ? Verdict.Nothing : Verdict.Pull),
            SyncDirection.FromScaiDrive => Plain(before is null && share is null ? Verdict.Nothing : Verdict.Push),
            _ when !shareChanged => Plain(Verdict.Pull),
            _ when !sourceChanged => Plain(Verdict.Push),
            _ => new(Settle(source, share, rules.ConflictResolution, decision), KindOf(before, source, share)),
        };
    }

    private static Verdict Settle(FileState? source, FileState? share, ConflictResolution resolution, ConflictDecision? decision) =>
        (decision, resolution) switch
        {
            (ConflictDecision.Server, _) or (null, ConflictResolution.ServerWins) => Verdict.Push,
            (ConflictDecision.Client, _) or (null, ConflictResolution.ClientWins) => Verdict.Pull,
            (null, ConflictResolution.Manual) => Verdict.Ask,
            // An edit survives a delete.
            _ when source is null => Verdict.Push,
            _ when share is null => Verdict.Pull,
            (ConflictDecision.Both, _) or (null, ConflictResolution.KeepBoth) => Verdict.Copy,
            // Equal times: the share, which keeps versions.
            _ => source.ModifiedAt > share.ModifiedAt ? Verdict.Pull : Verdict.Push,
        };

    private static string KindOf(FileState? before, FileState? source, FileState? share) => (before, source, share) switch
    {
        (null, _, _) => ConflictKinds.Added,
        (_, null, _) => ConflictKinds.DeletedAtSource,
        (_, _, null) => ConflictKinds.DeletedInShare,
        _ => ConflictKinds.Content,
    };
}
