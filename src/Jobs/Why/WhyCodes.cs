using System.Collections.Frozen;

namespace ScaiDrive.Jobs;

/// <summary>Why a file is found, or not: stable codes beside those of <see cref="Extraction.ReasonCodes"/>.</summary>
public static class WhyCodes
{
    /// <summary>Nothing keeps it from being found.</summary>
    public const string Indexed = "indexed";

    /// <summary>Work on it is under way.</summary>
    public const string Pending = "pending";

    /// <summary>The index does not have it.</summary>
    public const string NotInIndex = "not_in_index";

    /// <summary>There is no such share.</summary>
    public const string ShareUnknown = "share_unknown";

    /// <summary>The share is in the trash.</summary>
    public const string ShareDeleted = "share_deleted";

    /// <summary>There is no such file.</summary>
    public const string FileUnknown = "file_unknown";

    /// <summary>No file could have such a path.</summary>
    public const string PathInvalid = "path_invalid";

    /// <summary>The file is in the trash.</summary>
    public const string Deleted = "deleted";

    /// <summary>Another path differs only in case or in the form of its characters.</summary>
    public const string SimilarPath = "similar_path";

    /// <summary>The user may not read it.</summary>
    public const string HiddenByPermissions = "hidden_by_permissions";

    /// <summary>A pattern of a connector leaves it out.</summary>
    public const string ExcludedByPattern = "excluded_by_pattern";

    /// <summary>A pass of a connector could not mirror it, or left it out.</summary>
    public const string UnreadableAtSource = "unreadable_at_source";

    /// <summary>Another program held it during every look of a pass.</summary>
    public const string LockedAtSource = "locked_at_source";

    /// <summary>The other side cannot have its name, or has it already.</summary>
    public const string NameNotMirrored = "name_not_mirrored";

    /// <summary>Both sides changed it.</summary>
    public const string InConflict = "in_conflict";

    /// <summary>No pass of a connector has come to it yet.</summary>
    public const string NotScannedYet = "not_scanned_yet";

    /// <summary>The last complete pass of a connector did not see it.</summary>
    public const string NotAtSource = "not_at_source";

    /// <summary>A connector is paused.</summary>
    public const string ConnectorPaused = "connector_paused";

    /// <summary>Passes of a connector fail as a whole.</summary>
    public const string ConnectorFailing = "connector_failing";

    /// <summary>A connector would delete so much that it asks first.</summary>
    public const string DeletionsHeld = "deletions_held";

    /// <summary>The root of a connector became another directory, or an empty one: something is not mounted.</summary>
    public const string SourceReplaced = "source_replaced";

    /// <summary>A connector leaves its source alone at this time.</summary>
    public const string QuietHours = "quiet_hours";

    /// <summary>Its policy indexes words only.</summary>
    public const string MeaningOff = "meaning_off";

    /// <summary>Its vectors are to come.</summary>
    public const string VectorsPending = "vectors_pending";

    /// <summary>Its vectors failed.</summary>
    public const string VectorsFailed = "vectors_failed";

    /// <summary>Queries cannot be embedded now.</summary>
    public const string EmbeddingDown = "embedding_down";

    /// <summary>The index of this node has not taken over the newest changes.</summary>
    public const string IndexBehind = "index_behind";

    /// <summary>The index of this node does not answer.</summary>
    public const string IndexUnavailable = "index_unavailable";

    /// <summary>Code to hint, for an admin.</summary>
    public static IReadOnlyDictionary<string, string> Hints { get; } = new Dictionary<string, string>
    {
        [Pending] = "It is found when this job is done. Its page says why it waits.",
        [NotInIndex] = "Start a check of the index (POST /api/v1/admin/index/check): it puts the file in.",
        [ShareUnknown] = "Check the id of the share.",
        [ShareDeleted] = "Restore the share, then its files are found again.",
        [FileUnknown] = "Check the path: case counts. If the file should come from a connector, check which source that mirrors.",
        [PathInvalid] = "Check the path: it starts with a slash, and no part of it is empty, '.' or '..'.",
        [Deleted] = "Restore it from the trash to find it again.",
        [SimilarPath] = "Ask again with this path: case counts, and so does the form of each character.",
        [HiddenByPermissions] = "Give the user the right to read it.",
        [ExcludedByPattern] = "Change the patterns of the connector, or rename the file at the source.",
        [UnreadableAtSource] = "Mend it at the source; the next pass takes it.",
        [LockedAtSource] = "Close it in the program that holds it; the next pass takes it.",
        [NameNotMirrored] = "Rename it; the next pass takes it.",
        [InConflict] = "See /conflicts of the connector.",
        [NotScannedYet] = "Wait for the pass, or start one now.",
        [NotAtSource] = "Check that the file is at the source; the next pass takes it.",
        [ConnectorPaused] = "Resume the connector.",
        [ConnectorFailing] = "Mend what the message says; the next pass goes on.",
        [DeletionsHeld] = "See what happened to the files. If so much was deleted on purpose, POST sync of the connector with allowed_deletes and the number of the message.",
        [SourceReplaced] = "Check that the source is mounted and complete. If it was replaced on purpose, set the connector up again.",
        [QuietHours] = "Wait for their end, or POST sync of the connector: a run that is asked for is made at once.",
        [MeaningOff] = "Set the mode of the policy to both to find it by meaning.",
        [VectorsPending] = "It is found by its words meanwhile.",
        [VectorsFailed] = "Its job's log says why; mend that, then reindex it with the stage embed.",
        [EmbeddingDown] = "Search by words works. Mend the provider, or point the policy at another one.",
        [IndexBehind] = "It catches up by itself within seconds. If it does not, look at the log of this process.",
        [IndexUnavailable] = "Look at the log of this process; the index is built again when it is damaged.",
    }.ToFrozenDictionary();
}
