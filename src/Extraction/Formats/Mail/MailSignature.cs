using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Tells mail from other text by its first lines.</summary>
internal static partial class MailSignature
{
    private const int MaxLines = 200;

    // Fields that hardly any other text starts a line with.
    private static readonly FrozenSet<string> OfMailAlone = new[]
    {
        "received", "message-id", "mime-version", "return-path", "delivered-to", "content-transfer-encoding", "x-mailer", "dkim-signature", "authentication-results", "in-reply-to",
        "x-mozilla-status", "x-mozilla-keys", "x-original-to", "envelope-to", "x-spam-status", "list-id", "list-unsubscribe", "thread-topic", "thread-index", "newsgroups", "x-unsent",
        "x-ms-has-attach", "x-apparently-to", "x-received", "arc-seal", "received-spf", "x-gm-message-state", "x-originating-ip", "x-priority", "disposition-notification-to", "user-agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> OfLettersToo = new[]
    {
        "from", "to", "cc", "bcc", "subject", "date", "reply-to", "sender", "content-type", "references", "organization", "content-disposition", "importance", "path", "resent-from", "resent-date",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The type of a text that is mail, or null.</summary>
    internal static string? Find(ReadOnlySpan<char> start, string extension)
    {
        start = start.TrimStart("\uFEFF \t\r\n");
        if (start.StartsWith("From ", StringComparison.Ordinal))
            return IsSeparated(start, extension) ? ContentTypes.Mailbox : null;
        if (extension == ".emlx" || IsCount(start))
            start = AfterLine(start);
        return IsHeader(start, extension is ".eml" or ".emlx" or ".mht" or ".mhtml") ? ContentTypes.Mail : null;
    }

    /// <summary>True for a line that parts the messages of a mailbox: <c>From address date</c>.</summary>
    internal static bool IsSeparator(ReadOnlySpan<char> line) => line.StartsWith("From ", StringComparison.Ordinal) && Time().IsMatch(line) && Year().IsMatch(line);

    private static bool IsSeparated(ReadOnlySpan<char> start, string extension)
    {
        var rest = AfterLine(start);
        return IsHeader(rest, lenient: extension is ".eml" or ".mbox" or ".mbx" || IsSeparator(start[..Math.Max(0, start.IndexOf('\n'))]));
    }

    // Apple Mail writes the length of the message in front of it.
    private static bool IsCount(ReadOnlySpan<char> start)
    {
        var end = start.IndexOf('\n');
        return end is > 0 and < 24 && start[..end].Trim() is { IsEmpty: false } number && number.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static bool IsHeader(ReadOnlySpan<char> text, bool lenient)
    {
        // What a signature wraps begins with its type, and often has no other field.
        if (text.StartsWith("Content-Type: multipart/", StringComparison.OrdinalIgnoreCase) || text.StartsWith("Content-Type: text/", StringComparison.OrdinalIgnoreCase))
            return true;
        var (ofMail, ofLetters, strange, lines) = (0, 0, 0, 0);
        foreach (var line in text.EnumerateLines())
        {
            if (lines++ == MaxLines || line.Trim().IsEmpty)
                break;
            if (line[0] is ' ' or '\t' && lines > 1)
                continue;
            var colon = line[..Math.Min(line.Length, 100)].IndexOf(':');
            var name = colon > 0 ? line[..colon].TrimEnd() : [];
            if (name.IsEmpty || name.ContainsAnyExceptInRange('!', '~'))
            {
                // One line may be torn; a text that merely quotes a mail has more.
                if (lines == 1 || ++strange > 1)
                    break;
            }
            else if (OfMailAlone.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
            {
                ofMail++;
            }
            else if (OfLettersToo.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
            {
                ofLetters++;
            }
        }
        return lenient ? ofMail + ofLetters > 0 : ofMail + ofLetters >= 2 && (ofMail > 0 || ofLetters >= 3);
    }

    private static ReadOnlySpan<char> AfterLine(ReadOnlySpan<char> text) => text.IndexOf('\n') is >= 0 and var end ? text[(end + 1)..] : [];

    [GeneratedRegex(@"\b\d{1,2}:\d\d\b", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b(19|20)\d\d\b", RegexOptions.CultureInvariant)]
    private static partial Regex Year();
}
