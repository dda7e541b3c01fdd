using System.Collections.Frozen;

namespace ScaiDrive.Extraction;

/// <summary>Every ending of a file that is not plain success: a stable code, and a hint that says what to do.</summary>
/// <remarks>Codes are written to the ledger and answered over the API: add new ones, never rename one.</remarks>
public static class ReasonCodes
{
    /// <summary>Not a reason: text was found, or pages wait for OCR.</summary>
    public const string Ok = "ok";

    /// <summary>Only OCR could read it, and OCR is off.</summary>
    public const string OcrDisabled = "ocr_disabled";

    /// <summary>A password is needed.</summary>
    public const string Encrypted = "encrypted";

    /// <summary>No reader for this type of content.</summary>
    public const string UnsupportedType = "unsupported_type";

    /// <summary>More bytes than the limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>Read to the end, and there was no text.</summary>
    public const string NoText = "no_text";

    /// <summary>No bytes.</summary>
    public const string Empty = "empty";

    /// <summary>The content breaks the rules of its own format.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>The reader died.</summary>
    public const string ExtractorCrashed = "extractor_crashed";

    /// <summary>The reader made no progress, or took too long.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>The reader needed more memory than it may use.</summary>
    public const string OutOfMemory = "out_of_memory";

    /// <summary>More pages than the limit.</summary>
    public const string TooManyPages = "too_many_pages";

    /// <summary>The content unpacks to far more than its size.</summary>
    public const string ExpansionLimit = "expansion_limit";

    /// <summary>Elements or archives inside each other beyond the limit.</summary>
    public const string NestingLimit = "nesting_limit";

    /// <summary>The embedding or OCR provider does not answer.</summary>
    public const string ProviderDown = "provider_down";

    /// <summary>The embedding provider asks to wait.</summary>
    public const string ProviderThrottled = "provider_throttled";

    /// <summary>The embedding provider does not accept its key.</summary>
    public const string ProviderAuth = "provider_auth";

    /// <summary>The embedding provider knows neither the model nor the address.</summary>
    public const string ProviderRejected = "provider_rejected";

    /// <summary>The account at the embedding provider has nothing left.</summary>
    public const string ProviderQuota = "provider_quota";

    /// <summary>The embedding provider answers vectors of another length than configured.</summary>
    public const string ProviderDimensionsDiffer = "provider_dimensions_differ";

    /// <summary>This build has no program for the type of the embedding provider.</summary>
    public const string ProviderTypeUnsupported = "provider_type_unsupported";

    /// <summary>The embedding provider fails in a way that waiting alone does not mend.</summary>
    public const string ProviderFailed = "provider_failed";

    /// <summary>The embedding provider refuses parts of the text.</summary>
    public const string TextRefused = "text_refused";

    /// <summary>Parts of the text were embedded without their end.</summary>
    public const string TextCut = "text_cut";

    /// <summary>A newer version of the file replaced this one.</summary>
    public const string Superseded = "superseded";

    /// <summary>The source does not hand out the bytes.</summary>
    public const string UnreadableAtSource = "unreadable_at_source";

    /// <summary>OCR could read none of the pages.</summary>
    public const string OcrFailed = "ocr_failed";

    /// <summary>OCR read a page, but too unsure of it for the least confidence that is set.</summary>
    public const string LowConfidence = "low_confidence";

    /// <summary>A program that reads this type is not installed.</summary>
    public const string ToolMissing = "tool_missing";

    /// <summary>A policy leaves the content of this file out of the index.</summary>
    public const string ExcludedByPolicy = "excluded_by_policy";

    /// <summary>A limit cut the text; what was read is searchable.</summary>
    public const string Truncated = "truncated";

    /// <summary>A job of this file was given up after its last attempt.</summary>
    public const string AttemptsExhausted = "attempts_exhausted";

    /// <summary>OCR could not read some of the pages; the others are searchable.</summary>
    public const string OcrIncomplete = "ocr_incomplete";

    /// <summary>Somebody cancelled the work on the file.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Code to hint: one or two sentences for an admin. <see cref="Ok"/> has none.</summary>
    public static IReadOnlyDictionary<string, string> Hints { get; } = new Dictionary<string, string>
    {
        [OcrDisabled] = "The pages are images. Switch OCR on at the vectorization provider; the file can already be found by its name.",
        [Encrypted] = "The file needs a password. Store a copy without a password to make it searchable.",
        [UnsupportedType] = "There is no text reader for this type of content. The file can still be found by its name.",
        [TooLarge] = "The file is larger than the extraction limit. Raise the limit or store a smaller version.",
        [NoText] = "The file was read completely and holds no text.",
        [Empty] = "The file has no content. If it should have some, upload it again.",
        [Corrupt] = "The content is damaged or incomplete. Open it in its own program, save it again, and upload that.",
        [ExtractorCrashed] = "The reader died on this file; other files were not affected. Retry once; if it happens again, the file is malformed.",
        [TimedOut] = "Reading took longer than allowed. Split the document, or raise the time limit and retry.",
        [OutOfMemory] = "Reading needed more memory than one file may use. Split the document, or raise the memory limit and retry.",
        [TooManyPages] = "The document has more pages than the limit; the first ones are searchable. Raise the limit or split it.",
        [ExpansionLimit] = "The file unpacks to far more than its size, as a decompression bomb does. It was not read further.",
        [NestingLimit] = "The content is nested deeper than the limit. It was not read further.",
        [ProviderDown] = "The provider does not answer. Work goes on by itself when it is back; keyword search is not affected.",
        [ProviderThrottled] = "The provider asked to wait. Work goes on by itself; a limit at the queue rule of the provider spreads the requests.",
        [ProviderAuth] = "The provider does not accept the key. Store a valid one with PATCH /api/v1/vectorization/providers/{id}; the files go on by themselves.",
        [ProviderRejected] = "The provider does not know the model or the address. Mend them at the provider, or point the policy at another one; the files go on by themselves.",
        [ProviderQuota] = "The account at the provider has nothing left. Fill it up, or point the policy at another provider; the files go on by themselves.",
        [ProviderDimensionsDiffer] = "The provider answers vectors of another length than configured. Create a provider with the right dimensions and point the policy at it.",
        [ProviderTypeUnsupported] = "This build does not serve the type of the provider. Point the policy at another provider; the files go on by themselves.",
        [ProviderFailed] = "The provider fails. Test it with POST /api/v1/vectorization/providers/{id}/test; the files go on by themselves once it works.",
        [TextRefused] = "The provider refuses parts of the text; they are found by word, the rest also by meaning. Another provider may take them.",
        [TextCut] = "Parts of the text are longer than the model reads; by meaning they are found by their beginning.",
        [Superseded] = "A newer version of the file took its place. Look at the status of that version.",
        [UnreadableAtSource] = "The source refused to hand out the content. Check the connector's rights and whether the file is locked.",
        [OcrFailed] = "OCR could not read any page. Check the scan's quality and the configured languages.",
        [LowConfidence] = "OCR was less sure of the text than the least confidence set. Scan it again with a better quality, add its language, or lower SCAIDRIVE_OCR_MIN_CONFIDENCE.",
        [Truncated] = "Only the first part of the text is searchable; the detail says what was left out. Split the document, or raise the limit and retry.",
        [AttemptsExhausted] = "The work on this file failed in every attempt. The job's log says why; mend the cause and retry the job.",
        [ExcludedByPolicy] = "A vectorization policy leaves the content of this file out. It can still be found by its name; change the policy to index it.",
        [OcrIncomplete] = "OCR could not read the pages that the detail names; the others are searchable. Retry the file's recognize-text job, or scan those pages again.",
        [Cancelled] = "The work on this file was cancelled. Retry its job to go on; the file can already be found by its name.",
        [ToolMissing] = "A program this type needs is not installed. Run the doctor command; it says which one.",
    }.ToFrozenDictionary();
}
