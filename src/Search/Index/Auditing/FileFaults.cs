namespace ScaiDrive.Search.Index.Auditing;

/// <summary>In what the tables of the index disagree about one file.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="LacksStatus">The ledger does not know it.</param>
/// <param name="HasOtherChunkCount">It has more or fewer chunks than it says.</param>
/// <param name="HasStrayChunks">It has chunks although its text was dropped.</param>
/// <param name="LacksText">The ledger says it is indexed, and its present text is not there.</param>
/// <param name="LacksVectors">The ledger says it is embedded, and it has vectors of no model.</param>
/// <param name="IncompleteModels">Models it says to have vectors of, where some are missing.</param>
/// <param name="UnknownModels">Models it has vectors of and no search is answered by.</param>
public sealed record FileFaults(
    string FileId, string ContentHash, bool LacksStatus, bool HasOtherChunkCount, bool HasStrayChunks, bool LacksText, bool LacksVectors,
    IReadOnlyList<string> IncompleteModels, IReadOnlyList<string> UnknownModels)
{
    /// <summary>Whether they agree.</summary>
    public bool IsSound => !(LacksStatus || HasOtherChunkCount || HasStrayChunks || LacksText || LacksVectors) && IncompleteModels.Count == 0 && UnknownModels.Count == 0;
}

/// <summary>What the last check of an index found.</summary>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Files">Files compared.</param>
/// <param name="Drift">What was found and mended, by kind; kinds that did not occur are left out.</param>
public sealed record IndexCheck(DateTimeOffset StartedAt, DateTimeOffset FinishedAt, long Files, IReadOnlyDictionary<string, long> Drift);
