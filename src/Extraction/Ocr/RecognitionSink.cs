using System.Text.Json;
using ScaiDrive.Extraction.Formats;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Counts pages as the first reading did and recognises the wanted ones when their readers come by; a page that fails is named, and the next one follows.</summary>
internal sealed class RecognitionSink(
    AnswerChannel channel, PageReader reader, IReadOnlyList<int> wanted, ExtractionLimits limits) : PageSink(channel, limits)
{
    private readonly AnswerChannel _channel = channel;
    private readonly HashSet<int> _wanted = [.. wanted];
    private readonly int _last = wanted.Count > 0 ? wanted.Max() : 0;

    internal override bool IsFull => Count >= _last;

    internal override bool PicturesOnly => true;

    internal override void AddPicture(SourceDocument document, int page, string text = "")
    {
        if (IsFull)
            return;
        var number = ++Count;
        var (prefix, headings) = Announce("", []);
        if (!_wanted.Contains(number))
            return;
        _channel.Begin(number);
        TestFaults.CommitOnPage(document.FileName, number);
        try
        {
            var read = reader.Read(document, page);
            if (read.Text.Length > 0 && read.Confidence < document.Limits.MinOcrConfidence)
                Report(number, ReasonCodes.LowConfidence, $"The mean confidence is {read.Confidence:0}, below {document.Limits.MinOcrConfidence:0}.");
            else
                Send(number, Clean(prefix + WithNotes(read.Text, text), headings), read.Text.Length > 0 ? read.Confidence : null);
        }
        catch (UnreadableDocumentException fault) when (fault.Code != ReasonCodes.ToolMissing)
        {
            Report(number, fault.Code, fault.Detail);
        }
    }

    private void Send(int number, (string Text, IReadOnlyList<Heading> Headings) page, double? confidence) =>
        _channel.Send(FrameKind.Page, PageCodec.Encode(new(number, page.Text, page.Headings, confidence)));

    // Notes are not painted; what is painted, OCR has read.
    private static string WithNotes(string read, string notes) =>
        string.IsNullOrWhiteSpace(notes) || read.Contains(notes, StringComparison.Ordinal) ? read : $"{read}\n{notes}".Trim();

    private void Report(int number, string code, string? detail) =>
        _channel.Send(FrameKind.Problem, JsonSerializer.SerializeToUtf8Bytes(new(number, code, detail), MessageJson.Default.PageProblem));

    private protected override void Take(string text, IReadOnlyList<Heading> headings, bool picture)
    {
        if (IsFull)
            return;
        Count++;
        _ = Announce("", []);
    }
}
