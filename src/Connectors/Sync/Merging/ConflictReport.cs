using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>Records conflicts with the writes that settle them, and tells them among the items of the run.</summary>
internal sealed class ConflictReport(SyncPass pass, SnapshotWriter rows)
{
    internal void Open(MergeCase one, string kind)
    {
        Follow(one.Open, one.File.Entry.Path);
        Open(one.File.Entry.Path, one.Share?.Id ?? one.Row?.FileId, kind, one.InShare, one.AtSource);
    }

    /// <summary>An open conflict goes where its file went: a file has one.</summary>
    internal void Follow(Conflict? open, string path)
    {
        if (open is null || open.Path == path)
            return;
        rows.Note(ConflictStore.Rename(open, path));
        // The place may have one of its own, which goes on instead.
        rows.Note(ConflictStore.SettleElsewhere(open, path, $"It goes on as '{path}'."));
    }

    internal void Open(string path, string? fileId, string kind, FileState? inShare, FileState? atSource)
    {
        pass.Tally.Conflicts++;
        pass.AddConflict(path, new SourceFault(ProblemCodes.ConflictOpen, $"{Told(kind)} A person is to decide."));
        rows.Note(ConflictStore.Record(New(path, fileId, kind, Conflict.Open, null, null, inShare, atSource)));
    }

    internal void Settled(MergeCase one, string kind, Verdict verdict, string? fileId, string? copyPath)
    {
        var outcome = OutcomeOf(verdict, kind, copyPath);
        if (one.Open is { } open)
        {
            Ended(open, outcome, copyPath);
            pass.AddConflict(one.File.Entry.Path, new SourceFault(ProblemCodes.Conflict, $"{Told(kind)} {outcome}"));
            return;
        }

        Settled(one.File.Entry.Path, fileId ?? one.Row?.FileId, kind, outcome, copyPath, one.InShare, one.AtSource);
    }

    internal void Settled(string path, string? fileId, string kind, string outcome, string? copyPath, FileState? inShare, FileState? atSource)
    {
        pass.Tally.Conflicts++;
        pass.AddConflict(path, new SourceFault(ProblemCodes.Conflict, $"{Told(kind)} {outcome}"));
        rows.Note(ConflictStore.Record(New(path, fileId, kind, Conflict.Resolved, outcome, copyPath, inShare, atSource)));
    }

    /// <summary>The two sides came to the same without us.</summary>
    internal void Closed(Conflict open) => Ended(open, "Both sides have the same by now.", null);

    /// <summary>What it held back may have to be sent, although the share was not changed since.</summary>
    internal void Ended(Conflict open, string outcome, string? copyPath)
    {
        rows.Note(ConflictStore.Settle(open, outcome, copyPath));
        rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
    }

    /// <summary>As above, for whatever is open about a file.</summary>
    internal void EndedOf(string fileId, string outcome) => rows.Note(ConflictSql.SettleOfFile, fileId, outcome);

    internal void BothMoved(MergeCase one) => Settled(
        one.File.Entry.Path, one.Share!.Id, ConflictKinds.Moved, $"It is where the source has it; in ScaiDrive it was '{one.Share.Path}'.", null, one.InShare, one.AtSource);

    internal void NameTaken(string path, string? fileId, string copyPath) => Settled(
        path, fileId, ConflictKinds.Name, $"One of them is '{copyPath}' now.", copyPath, null, null);

    internal static string OutcomeOf(Verdict verdict, string kind, string? copyPath) => (verdict, kind) switch
    {
        (Verdict.Copy, _) => $"The source kept the name; the content of ScaiDrive is '{copyPath}' now.",
        (Verdict.Pull, ConflictKinds.DeletedInShare) => "The edit of the source was kept.",
        (Verdict.Pull, ConflictKinds.DeletedAtSource) => "It was deleted; the edit of ScaiDrive is in the trash.",
        (Verdict.Pull, _) => "The content of the source was taken; that of ScaiDrive is an older version.",
        (_, ConflictKinds.DeletedInShare) => "It was deleted; the edit of the source is in the trash.",
        (_, ConflictKinds.DeletedAtSource) => "The edit of ScaiDrive was kept.",
        _ => "The content of ScaiDrive was taken; that of the source is an older version.",
    };

    private static string Told(string kind) => kind switch
    {
        ConflictKinds.Added => "Both sides made a file of this name.",
        ConflictKinds.DeletedInShare => "It was deleted in ScaiDrive and changed at the source.",
        ConflictKinds.DeletedAtSource => "It was deleted at the source and changed in ScaiDrive.",
        ConflictKinds.Moved => "Both sides moved it.",
        ConflictKinds.Name => "Each side put something else at this place.",
        ConflictKinds.Case => "Two names differ only in case, and the source takes them for one.",
        _ => "Both sides changed it.",
    };

    private Conflict New(
        string path, string? fileId, string kind, string state, string? outcome, string? copyPath, FileState? inShare, FileState? atSource) => new(
        pass.Connector.TenantId, PrefixedId.New("cfl"), pass.Connector.Id, pass.Run.Id, path, fileId, kind, pass.Connector.Rules.ConflictResolution, state,
        null, outcome, copyPath, SideOf(inShare), SideOf(atSource), default, null);

    private static ConflictSide? SideOf(FileState? state) => state is null ? null : new ConflictSide(state.Sha256, state.SizeBytes, state.ModifiedAt);
}
