using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction;

/// <summary>Reads files in pooled child processes. Thread-safe; at most <see cref="ExtractionOptions.Children"/> files at a time, further calls wait.</summary>
/// <remarks>
/// What a file does wrong is a result with a code, never an exception. Exceptions mean: the source stream failed, the disk is full,
/// or no child can be started (<see cref="IOException"/>), or the token was cancelled (the child is then killed).
/// The worker holds the pages of the files in flight and a quarter of a megabyte each, whatever the size of the files.
/// </remarks>
public sealed class ExtractionPool : IAsyncDisposable
{
    private const long WorthALook = 1 << 20;

    private readonly ExtractionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ExtractionPool> _log;
    private readonly TemporaryRoot _root;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentStack<ExtractorProcess> _idle = new();
    private volatile bool _disposed;

    /// <summary>Sweeps temporary folders of workers that were killed. Children start when files come.</summary>
    /// <exception cref="ValidationException">An option has a value that cannot work.</exception>
    /// <exception cref="IOException">The temporary folder cannot be made.</exception>
    public ExtractionPool(ExtractionOptions options, TimeProvider time, ILogger<ExtractionPool> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        (_options, _time, _log) = (options, time, log);
        _root = TemporaryRoot.Open(options.TemporaryDirectory);
        _slots = new(options.Children, options.Children);
    }

    /// <summary>Process ids of the children that wait for files.</summary>
    internal IReadOnlyList<int> IdleChildren => [.. _idle.Select(static child => child.Id)];

    /// <summary>This pool's private temporary folder.</summary>
    internal string TemporaryFolder => _root.Path;

    /// <summary>Reads the text of one file.</summary>
    /// <param name="content">Read once, from its present position to its end; need not be seekable. Left open.</param>
    /// <param name="fileName">Name with extension; decides only where the content leaves a choice, such as Markdown or plain text.</param>
    /// <param name="cancellationToken">Kills the child.</param>
    /// <returns>Pages, or the reason why there are none.</returns>
    /// <exception cref="IOException">The source or this machine failed; worth another attempt.</exception>
    public async Task<ExtractedDocument> ExtractAsync(Stream content, string fileName, CancellationToken cancellationToken)
    {
        if (await JudgeUnreadAsync(content, fileName, cancellationToken) is { } ending)
            return ending;
        var answer = await RunAsync(new(fileName, null, [], _options.Limits), content, cancellationToken);
        var result = answer.Result!;
        return new(result.Status, result.Detail, result.MimeType,
            result.Status == ReasonCodes.Ok ? answer.Pages : [], result.PagesNeedingOcr, result.Truncated, result.Metadata)
        {
            PipelineVersion = result.PipelineVersion ?? Formats.FormatTable.VersionFor(result.MimeType),
        };
    }

    /// <summary>False when one of the readers of a stored text has changed since: reading the same bytes again may give another text.</summary>
    /// <param name="pipelineVersion">As in <see cref="ExtractedDocument.PipelineVersion"/>.</param>
    public static bool IsCurrent(string pipelineVersion)
    {
        ArgumentNullException.ThrowIfNull(pipelineVersion);
        return Formats.FormatTable.IsCurrent(pipelineVersion);
    }

    /// <summary>True when a reader of a stored text has a higher version here: reading the same bytes again may give another text.</summary>
    /// <remarks>False for a text that a newer build has read: it is not current here either, but this build could only make it older.</remarks>
    /// <param name="pipelineVersion">As in <see cref="ExtractedDocument.PipelineVersion"/>.</param>
    public static bool IsOutdated(string pipelineVersion)
    {
        ArgumentNullException.ThrowIfNull(pipelineVersion);
        return Formats.FormatTable.IsOutdated(pipelineVersion);
    }

    /// <summary>The stamp that recognised pages add to a text's pipeline version.</summary>
    public static string RecognitionVersion => Ocr.PageRecognizer.Stamp;

    /// <summary>Recognises the text of the given pages, side by side in as many children as have nothing else to do.</summary>
    /// <param name="content">As for <see cref="ExtractAsync"/>. When seekable, several children may read it,
    /// and pages after one that killed its child are read by a fresh child.</param>
    /// <param name="fileName">Name with extension.</param>
    /// <param name="pages">Page numbers from 1, as in <see cref="ExtractedDocument.PagesNeedingOcr"/>.</param>
    /// <param name="languages">Tesseract codes such as <c>eng</c>; those not installed are left out. Empty: English.</param>
    /// <param name="cancellationToken">Kills the child.</param>
    /// <exception cref="IOException">The source or this machine failed; worth another attempt.</exception>
    public async Task<RecognizedPages> RecognizeAsync(
        Stream content, string fileName, IReadOnlyList<int> pages, IReadOnlyList<string> languages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(pages);
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var shared = content.CanSeek ? new SharedContent(content) : null;
        var task = new TaskMessage(fileName, [], languages, _options.Limits);
        return await new RecognitionRun(_options.Children, _time, task, content, shared, pages, _slots, RunInSlotAsync).ReadAsync(cancellationToken);
    }

    // What is plain to see need not travel: a film of many gigabytes is known by its first bytes.
    private async Task<ExtractedDocument?> JudgeUnreadAsync(Stream content, string fileName, CancellationToken cancellationToken)
    {
        if (!content.CanSeek || content.Length - content.Position < WorthALook)
            return null;
        var (start, head) = (content.Position, new byte[ContentTypes.HeadSize * 8]);
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        content.Position = start;
        var type = ContentTypes.FromContent(head.AsSpan(0, length), fileName);
        return content.Length - start > _options.Limits.MaxContentBytes
                ? Ending(ReasonCodes.TooLarge, $"The file is larger than {_options.Limits.MaxContentBytes >> 20} MiB.")
            : Formats.DocumentReaders.MayRead(type) ? null
            : Ending(ReasonCodes.UnsupportedType, $"There is no reader for {type}.");

        ExtractedDocument Ending(string code, string detail) =>
            new(code, detail, type, [], [], false, DocumentMetadata.None) { PipelineVersion = Formats.FormatTable.TypesStamp };
    }

    private async Task<ChildAnswer> RunAsync(TaskMessage task, Stream content, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _slots.WaitAsync(cancellationToken);
        return await RunInSlotAsync(task, content, cancellationToken);
    }

    // Gives the slot back, whatever happens.
    private async Task<ChildAnswer> RunInSlotAsync(TaskMessage task, Stream content, CancellationToken cancellationToken)
    {
        ExtractorProcess? child = null;
        try
        {
            child = await TakeAsync(cancellationToken);
            var answer = await child.RunAsync(task, content, cancellationToken);
            if (answer.Died)
                _log.LogWarning("Extraction child {Child} ended with {Code}: {Detail}", child.Id, answer.Result!.Status, answer.Result.Detail);
            return answer;
        }
        catch
        {
            child?.Kill();
            throw;
        }
        finally
        {
            if (child is { IsUsable: true } && !_disposed)
                _idle.Push(child);
            else
                child?.Dispose();
            _slots.Release();
        }
    }

    private async Task<ExtractorProcess> TakeAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var idle))
        {
            // It may have been killed from outside while it waited.
            if (ProcessGroup.IsRunning(idle.Id))
                return idle;
            idle.Dispose();
        }
        return await ExtractorProcess.StartAsync(_options, _root, _time, cancellationToken);
    }

    /// <summary>Ends all children at once, those at work included, and removes the temporary folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        while (_idle.TryPop(out var child))
            child.Dispose();
        // Whoever still reads a file holds a slot; callers cancel before they dispose, so this does not wait long.
        for (var i = 0; i < _options.Children; i++)
            await _slots.WaitAsync(CancellationToken.None);
        _slots.Dispose();
        _root.Dispose();
    }
}
