using System.Globalization;
using ScaiDrive.Connectors.Runs;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Stops a pass that would delete more than the rules allow, before it deletes anything, and says what to do.</summary>
/// <remarks>Both limits must be exceeded: a share of five files may lose two of them, one of a million may lose a hundred. What runs since the last pass
/// over everything deleted is part of the sum, or many runs over small parts would delete it all.</remarks>
internal sealed class MassDeleteBrake(SyncPass pass)
{
    /// <summary>Looks at the rows that a statement counts for this run, just before what they stand for is deleted on one side.</summary>
    /// <exception cref="ConnectorException"><see cref="ConnectorCodes.MassDelete"/>.</exception>
    internal async Task CheckAsync(string countSql, string side, CancellationToken cancellationToken)
    {
        var gone = await pass.Snapshot.CountAsync(countSql, cancellationToken, pass.Run.Id);
        if (gone == 0 || gone <= pass.Run.AllowedDeletes)
            return;
        var deleted = pass.Tally.Deleted + pass.Tally.SentDeleted;
        var rules = pass.Connector.Rules;
        // What an earlier attempt of this run has deleted was part of the whole.
        var earlier = await pass.Snapshot.CountAsync(ConnectorSql.CountDeletedInParts, cancellationToken, pass.Run.Id);
        var all = await pass.Snapshot.CountAsync(SnapshotSql.CountFiles, cancellationToken) + deleted + earlier;
        if (!IsTooMuch(gone + earlier, all, rules))
            return;
        var before = earlier == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" after {earlier} since the last pass over everything");
        throw new ConnectorException(ConnectorCodes.MassDelete, string.Create(
            CultureInfo.InvariantCulture,
            $"This pass would delete {gone} of {all} files in {side}{before}, more than {rules.MassDeletePercent} % and {rules.MassDeleteFiles} files. Nothing was deleted. "
            + $"If that is right, sync again with allowed_deletes {gone}; if not, see what happened to them on the other side."));
    }

    /// <summary>A dry run tells what would stop the pass.</summary>
    internal async Task TellAsync(long gone, string side, string place, CancellationToken cancellationToken)
    {
        var earlier = gone == 0 ? 0 : await pass.Snapshot.CountAsync(ConnectorSql.CountDeletedInParts, cancellationToken, pass.Run.Id);
        var all = await pass.Snapshot.CountAsync(SnapshotSql.CountFiles, cancellationToken) + earlier;
        if (gone > (pass.Run.AllowedDeletes ?? 0) && IsTooMuch(gone + earlier, all, pass.Connector.Rules))
        {
            pass.Plan(new PlannedItem("brake", side, "", Detail: string.Create(
                CultureInfo.InvariantCulture, $"The pass would stop and ask: {gone} of {all} files would be deleted in {place}. Sync with allowed_deletes {gone} to let it.")));
        }
    }

    internal static bool IsTooMuch(long gone, long all, SyncRules rules) =>
        gone > rules.MassDeleteFiles && rules.MassDeletePercent < 100 && gone * 100 > all * rules.MassDeletePercent;
}
