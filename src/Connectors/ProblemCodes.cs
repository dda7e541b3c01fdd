namespace ScaiDrive.Connectors;

/// <summary>Why one item was not mirrored. Stable; <see cref="HintFor"/> says what to do.</summary>
public static class ProblemCodes
{
    /// <summary>It disappeared while it was being looked at. Not an error.</summary>
    public const string Vanished = "vanished";

    /// <summary>The source refuses to let it be read.</summary>
    public const string AccessDenied = "access_denied";

    /// <summary>Another program holds it.</summary>
    public const string Locked = "locked";

    /// <summary>Reading failed.</summary>
    public const string ReadFailed = "read_failed";

    /// <summary>It kept changing while it was being read.</summary>
    public const string Changing = "changing";

    /// <summary>A symbolic link or junction.</summary>
    public const string Link = "link";

    /// <summary>A pipe, socket or device.</summary>
    public const string SpecialFile = "special_file";

    /// <summary>The name is not valid UTF-8.</summary>
    public const string NameNotUtf8 = "name_not_utf8";

    /// <summary>The share does not accept the name.</summary>
    public const string InvalidName = "invalid_name";

    /// <summary>The name is taken in the share by something that does not belong to this entry.</summary>
    public const string NameConflict = "name_conflict";

    /// <summary>Larger than the limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>A folder that is gone at the source holds files of other origin in the share, so it stays.</summary>
    public const string FolderNotEmpty = "folder_not_empty";

    /// <summary>Its bytes were collected from the content store before the transaction that was to refer to them.</summary>
    public const string ContentVanished = "content_vanished";

    /// <summary>The share refused it.</summary>
    public const string Refused = "refused";

    /// <summary>The source was changed between being compared and being written to.</summary>
    public const string ChangedMeanwhile = "changed_meanwhile";

    /// <summary>The source has no room left.</summary>
    public const string SourceFull = "source_full";

    /// <summary>The source did not answer in time.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>Two names differ only in case, and the other side takes them for the same.</summary>
    public const string CaseConflict = "case_conflict";

    /// <summary>The source cannot hold the name: reserved, too long, or with characters it does not allow.</summary>
    public const string NameNotAllowed = "name_not_allowed";

    /// <summary>Both sides changed it; the detail says what became of it.</summary>
    public const string Conflict = "conflict";

    /// <summary>Both sides changed it, and a person is to decide.</summary>
    public const string ConflictOpen = "conflict_open";

    /// <summary>The child that talked to the source ended while it worked on this entry.</summary>
    public const string AgentCrashed = "agent_crashed";

    /// <summary>Its permissions cannot be read, or not be understood. Those last read go on to apply; without any, nobody but admins finds it.</summary>
    public const string PermissionsUnreadable = "permissions_unreadable";

    /// <summary>The server does not tell the permissions of the share as a whole; those of the files alone decide.</summary>
    public const string SharePermissionsUnknown = "share_permissions_unknown";

    /// <summary>What to do about a problem; empty for a code that is not known.</summary>
    public static string HintFor(string code) => Hints.GetValueOrDefault(code, "");

    private static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        [AccessDenied] = "Give the account that runs the worker the right to read it, or exclude it.",
        [Locked] = "Close it in the program that holds it; the next pass tries again.",
        [ReadFailed] = "Check the disk or network of the source; the next pass tries again.",
        [Changing] = "It is being written; the next pass takes it.",
        [Link] = "Links are never followed. Make what it points to a connector of its own.",
        [SpecialFile] = "Only regular files are mirrored.",
        [NameNotUtf8] = "Rename it at the source to a name in valid UTF-8.",
        [InvalidName] = "Rename it at the source.",
        [NameConflict] = "Rename one of the two; names that differ only in Unicode form count as the same.",
        [TooLarge] = "Raise the limit, or exclude it.",
        [FolderNotEmpty] = "Move or delete what others put there, then delete the folder.",
        [ContentVanished] = "The next pass reads it again.",
        [ChangedMeanwhile] = "The next pass compares it again.",
        [SourceFull] = "Make room at the source; the next pass tries again.",
        [TimedOut] = "Raise directory_timeout_seconds or request_timeout_seconds in the settings of the connector, or split the directory.",
        [CaseConflict] = "Rename one of the two.",
        [NameNotAllowed] = "Rename it in ScaiDrive.",
        [Conflict] = "Nothing need be done; the other content is kept where the detail says.",
        [ConflictOpen] = "Decide it under /conflicts of the connector.",
        [AgentCrashed] = "The next pass tries again; if it happens again, exclude the entry and report it.",
        [PermissionsUnreadable] = "Give the account of the connector the right to read permissions; until then those last read apply, and without any the file is hidden.",
        [SharePermissionsUnknown] = "If the share itself is restricted, give the account the right to read its permissions, or restrict the share in ScaiDrive as well.",
        [Refused] = "See the detail; the next pass tries again.",
    };
}
