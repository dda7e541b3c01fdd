using System.Buffers.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>One message in a file (RFC 5322 with MIME): mail programs' <c>.eml</c>, Apple Mail's <c>.emlx</c>, pages saved as <c>.mht</c>.</summary>
internal static class MailReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var lines = new LineScanner(file, 0, file.Length);
        if (!SkipToHeader(ref lines, file))
            return ReadResult.TextOnly;
        var message = new MimeParser(lines, document.Limits, static () => false).Read(pages.Progress);
        return new(new MessageReader(document, pages, file, inMailbox: false).Read(message));
    }

    // Blank lines, the envelope line of a mailbox, or the length Apple Mail writes may come first.
    private static bool SkipToHeader(ref LineScanner lines, FileStream file)
    {
        while (lines.Read())
        {
            var line = lines.Line;
            if (lines.Start == 0 && line.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            {
                lines = new(file, 3, file.Length);
                continue;
            }
            var trimmed = line.Trim(" \t"u8);
            if (Utf8Parser.TryParse(trimmed, out long length, out var used) && used == trimmed.Length && length > 0)
                lines = new(file, lines.End, Math.Min(file.Length, lines.End + length)); // behind the message stands a property list
            else if (!trimmed.IsEmpty && !line.StartsWith("From "u8))
                return true;
        }
        return false;
    }
}

/// <summary>Many messages in one file, parted by lines that start with <c>From</c> (RFC 4155 and its older kin).</summary>
internal static class MailboxReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var lines = new LineScanner(file, 0, file.Length);
        var metadata = DocumentMetadata.None;
        var separator = new Separator(lines);
        var messages = 0;
        var more = lines.Read();
        while (more && lines.IsBlank)
            more = lines.Read();
        while (more && !pages.IsFull)
        {
            // The first line is the envelope of the first message, whatever it looks like.
            if (!lines.Read())
                break;
            separator.Begin();
            var message = new MimeParser(lines, document.Limits, separator.IsHere).Read(pages.Progress);
            metadata = new MessageReader(document, pages, file, inMailbox: true).Read(message);
            messages++;
            more = separator.IsHere();
        }
        return new(messages == 1 ? metadata : DocumentMetadata.None);
    }

    /// <summary>Judges whether the scanner stands between two messages.</summary>
    private sealed class Separator(LineScanner lines)
    {
        private long _judged = -1;
        private bool _verdict;
        private bool _afterBlank;

        internal void Begin() => (_judged, _afterBlank) = (-1, false);

        internal bool IsHere()
        {
            if (_judged == lines.Start)
                return _verdict;
            var line = lines.Line;
            _verdict = line.StartsWith("From "u8) && LooksLikeEnvelope(line);
            (_judged, _afterBlank) = (lines.Start, lines.IsBlank);
            return _verdict;
        }

        // Writers that quote no "From" in texts leave a blank line before the envelope. With a date one sign more is enough; without, it takes an address and both.
        private bool LooksLikeEnvelope(ReadOnlySpan<byte> line)
        {
            var beforeHeader = HeaderFields.NameLength(lines.Next) > 0;
            var text = System.Text.Encoding.Latin1.GetString(line[..Math.Min(line.Length, 500)]);
            return MailSignature.IsSeparator(text) ? _afterBlank || beforeHeader : _afterBlank && beforeHeader && text.Contains('@', StringComparison.Ordinal);
        }
    }
}
