namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Who wrote what to whom and when: the lines above the text of a message, whatever format it is kept in.</summary>
internal sealed record MessageHead
{
    internal string? Subject { get; init; }

    internal string? From { get; init; }

    internal string? Sender { get; init; }

    internal string? To { get; init; }

    internal string? Cc { get; init; }

    internal string? Bcc { get; init; }

    internal string? ReplyTo { get; init; }

    /// <summary>As the message has it; its own zone is worth seeing.</summary>
    internal string? Date { get; init; }

    internal DateTimeOffset? At { get; init; }

    internal DocumentMetadata Metadata => new() { Title = Subject, Author = From, CreatedAt = At };

    internal static MessageHead Of(HeaderFields fields)
    {
        var date = fields.Text("Date");
        return new()
        {
            Subject = fields.Text("Subject"),
            From = fields.AllText("From"),
            Sender = fields.Text("Sender"),
            To = fields.AllText("To") ?? fields.AllText("Apparently-To") ?? fields.AllText("Newsgroups"),
            Cc = fields.AllText("Cc"),
            Bcc = fields.AllText("Bcc"),
            ReplyTo = fields.AllText("Reply-To"),
            Date = date,
            At = MailDate.Parse(date),
        };
    }

    internal void Write(PageText page)
    {
        if (Subject is not null)
        {
            page.Append("Subject: ");
            var start = page.Length;
            page.Append(Subject);
            page.MarkHeading(start, 1);
            page.EndLine();
        }
        Line("From", From);
        Line("Sender", Sender == From ? null : Sender);
        Line("To", To);
        Line("Cc", Cc);
        Line("Bcc", Bcc);
        Line("Reply-To", ReplyTo == From ? null : ReplyTo);
        Line("Date", Date);
        page.EndParagraph();

        void Line(string name, string? value)
        {
            if (value is not null)
                page.AppendLine($"{name}: {value}");
        }
    }
}
