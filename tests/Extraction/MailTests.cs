using System.Text;
using ScaiDrive.Extraction.Formats.Mail;

namespace ScaiDrive.Extraction.Tests;

public sealed class MailTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Head = "From: Jo Pike <jo@example.org>\nTo: ann@example.org\nSubject: Crane 7\nDate: Tue, 3 Feb 2026 09:15:00 +0100\nMIME-Version: 1.0\n";

    private Task<ExtractedDocument> ReadAsync(string content, string name = "a.eml") => fixture.ExtractAsync(name, Encoding.Latin1.GetBytes(content));

    // What stands below the head.
    private async Task<string> BodyAsync(string content)
    {
        var text = (await ReadAsync(content)).AllText();
        return text[(text.IndexOf("+0100", StringComparison.Ordinal) + 5)..].Trim();
    }

    private static string Multipart(string kind, params string[] parts) =>
        $"Content-Type: multipart/{kind}; boundary=\"=b=\"\n\npreamble\n" + string.Concat(parts.Select(part => $"--=b=\n{part}\n")) + "--=b=--\nepilogue";

    [Fact]
    public async Task The_head_is_text_and_metadata()
    {
        var document = await ReadAsync(Head + "Cc: =?utf-8?q?=C3=85sa?= <asa@example.org>\nReply-To: desk@example.org\nReceived: from somewhere\n\nHello.\n");

        var page = Assert.Single(document.Pages);
        Assert.Equal("message/rfc822", document.MimeType);
        Assert.Equal("Subject: Crane 7\nFrom: Jo Pike <jo@example.org>\nTo: ann@example.org\nCc: Åsa <asa@example.org>\nReply-To: desk@example.org\nDate: Tue, 3 Feb 2026 09:15:00 +0100\n\nHello.", page.Text);
        Assert.Equal("Crane 7", Assert.Single(page.Headings).Title);
        Assert.Equal(("Crane 7", "Jo Pike <jo@example.org>", new DateTimeOffset(2026, 2, 3, 8, 15, 0, TimeSpan.Zero)), (document.Metadata.Title, document.Metadata.Author, document.Metadata.CreatedAt));
    }

    [Theory]
    [InlineData("=?iso-8859-1?Q?Patrik_F=E4ltstr=F6m?=", "Patrik Fältström")]
    [InlineData("=?ISO-2022-JP?B?GyRCRWw1fhsoQg==?=", "東京")]
    [InlineData("a =?utf-8?B?w6k=?= b", "a é b")]
    [InlineData("=?utf-8?B?w6k=?=\n =?utf-8?B?w6g=?=", "éè")]
    [InlineData("=?utf-8?B?5p2x?= =?utf-8?Q?=E4=BA?= =?utf-8?Q?=AC?=", "東京")]
    [InlineData("=?utf-8*en?Q?=41?=", "A")]
    [InlineData("\"=?utf-8?Q?quoted?=\"", "\"quoted\"")]
    [InlineData("caf\u00C3\u00A9 raw", "café raw")]
    [InlineData("=?x-unknown?Q?ab?= =?broken", "ab =?broken")]
    public void Encoded_words_are_read_also_against_the_rules(string field, string expected) =>
        Assert.Equal(expected, HeaderText.Decode(Encoding.Latin1.GetBytes(field)));

    [Theory]
    [InlineData("x/y; name=plain.txt", "plain.txt")]
    [InlineData("x/y; name=\"a; b\\\"c.txt\"; z=1", "a; b\"c.txt")]
    [InlineData("x/y; name*=utf-8'en'%e2%82%ac%20rates.txt", "€ rates.txt")]
    [InlineData("x/y; name*0*=utf-8''%e2%82%ac; name*1=\" rates\"; name*2*=%2etxt; name=rates.txt", "€ rates.txt")]
    [InlineData("x/y; name=\"=?iso-8859-1?Q?=E5.txt?=\"", "å.txt")]
    [InlineData("x/y (a comment; name=no); name=yes.txt", "yes.txt")]
    public void Parameters_come_in_pieces_and_in_other_charsets(string field, string expected) =>
        Assert.Equal(expected, HeaderParameters.Parse(Encoding.Latin1.GetBytes(field))["name"]);

    [Theory]
    [InlineData("Tue, 9 Jun 2009 23:58:45 -0400", "2009-06-10T03:58:45")]
    [InlineData("9 Jun 09 23:58 GMT", "2009-06-09T23:58:00")]
    [InlineData("Mon, 05 Feb 1996 22:48:49 PST (winter)", "1996-02-05T22:48:49")]
    [InlineData("Mon Jun  1 04:28:28 2009", "2009-06-01T04:28:28")]
    [InlineData("Tue, 9 Jun 2009 23:58:45 EST", "2009-06-10T04:58:45")]
    public void Dates_are_read_in_old_forms_too(string text, string expected) =>
        Assert.Equal(expected, MailDate.Parse(text)!.Value.UtcDateTime.ToString("s", System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("utf-8", "8bit", "Sk\u00C3\u00A5ne", "Skåne")]
    [InlineData("iso-8859-1", "quoted-printable", "Sk=E5ne is a =\nplace", "Skåne is a place")]
    [InlineData("koi8-r", "base64", "8NLJ18XU", "Привет")]
    [InlineData("iso-2022-jp", "7bit", "\u001B$BEl5~\u001B(B", "東京")]
    [InlineData("utf-7", "7bit", "Hi +AOk-!", "Hi é!")]
    [InlineData("us-ascii", "8bit", "Sk\u00E5ne", "Skåne")]
    [InlineData("gb2312", "base64", "sbG+qQ==", "北京")]
    [InlineData("utf-8", "quoted-printable", "100=25 =3D all, 5 = 5", "100% = all, 5 = 5")]
    public async Task Charsets_and_transfer_encodings_are_undone(string charset, string encoding, string body, string expected) =>
        Assert.Equal(expected, await BodyAsync($"{Head}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"));

    [Theory]
    [InlineData("<p>rich <b>words</b></p>", "rich words")]
    [InlineData("<p> </p>", "plain words")]
    public async Task Of_two_forms_of_a_text_the_richer_one_that_says_something_is_read(string html, string expected) =>
        Assert.Equal(expected, await BodyAsync(Head + Multipart("alternative", "\nplain words", $"Content-Type: text/html\n\n{html}")));

    [Fact]
    public async Task An_attachment_in_the_form_that_is_not_chosen_is_kept()
    {
        var mixed = Multipart("mixed", "\nplain words", "Content-Type: text/plain; name=list.txt\n\nlisted").Replace("=b=", "=c=", StringComparison.Ordinal);

        var document = await ReadAsync(Head + Multipart("alternative", mixed, "Content-Type: text/html\n\n<p>rich words</p>"));

        Assert.Equal(2, document.Pages.Count);
        Assert.Equal("list.txt\nlisted", document.Pages[1].Text);
        Assert.DoesNotContain("plain words", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attachments_are_parts_under_their_names_in_their_charset()
    {
        var document = await ReadAsync(Head + Multipart("mixed", "\nSee attached.",
            "Content-Type: text/csv; charset=windows-1251; name=t.csv\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n0OXxLDE=",
            $"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"b.docx\"\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(OfficeDocuments.Word("<w:p><w:r><w:t>in Word</w:t></w:r></w:p>"))}"));

        Assert.EndsWith("See attached.", document.Pages[0].Text, StringComparison.Ordinal);
        Assert.Equal(["t.csv\nРес\t1", "b.docx\nin Word"], document.Pages.Skip(1).Select(page => page.Text));
    }

    [Fact]
    public async Task A_message_inside_a_message_is_a_part_with_its_own_attachments()
    {
        var inner = "From: a@b.org\nSubject: Inner =?utf-8?Q?=C3=A9?=\n" + Multipart("mixed", "\ninner text", "Content-Type: text/plain; name=deep.txt\n\ndeep text").Replace("=b=", "inner", StringComparison.Ordinal);

        var document = await ReadAsync(Head + Multipart("mixed", "\nouter text", "Content-Type: message/rfc822\n\n" + inner));

        Assert.Equal(3, document.Pages.Count);
        Assert.Equal("Inner é.eml\nSubject: Inner é\nFrom: a@b.org\n\ninner text", document.Pages[1].Text);
        Assert.Equal("deep.txt\ndeep text", document.Pages[2].Text);
    }

    [Fact]
    public async Task Multiparts_nested_beyond_reason_end_with_a_reason_and_the_text_before_stays()
    {
        var content = new StringBuilder(Head);
        for (var i = 0; i < 500; i++)
            content.Append(System.Globalization.CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\nContent-Type: text/plain\n\ntext {i}\n--b{i}\n");

        var document = await ReadAsync(content.ToString());

        Assert.Equal("ok", document.Status);
        Assert.Contains("text 20", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("nesting_limit", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_content_is_named_and_a_signature_is_not_text()
    {
        var encrypted = await ReadAsync(Head + Multipart("encrypted; protocol=\"application/pgp-encrypted\"", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----"));
        var inline = await ReadAsync(Head + "\nbefore\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\nafter\n");
        var signed = await BodyAsync(Head + Multipart("signed; protocol=\"application/pkcs7-signature\"", "\nsigned words", "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIAG"));

        Assert.Contains("(encrypted)", encrypted.Detail, StringComparison.Ordinal);
        Assert.Contains("(encrypted)", inline.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hQEMA", inline.AllText(), StringComparison.Ordinal);
        Assert.Contains("before\nafter", inline.AllText(), StringComparison.Ordinal);
        Assert.Equal("signed words", signed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_wrapped_in_its_signature_is_unwrapped(bool lengthsKnown)
    {
        var inner = Encoding.ASCII.GetBytes("Content-Type: multipart/mixed; boundary=s\n\n--s\n\nwrapped words\n--s--\n");
        byte[] data = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
        byte[] Wrap(byte tag, params byte[] content) => lengthsKnown ? [tag, 0x82, (byte)(content.Length >> 8), (byte)content.Length, .. content] : [tag, 0x80, .. content, 0, 0];
        byte[] octets = lengthsKnown ? Wrap(4, inner) : Wrap(0x24, [4, 20, .. inner[..20], 4, (byte)(inner.Length - 20), .. inner[20..]]);
        var cms = Wrap(0x30, [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2, .. Wrap(0xA0, Wrap(0x30, [2, 1, 1, 0x31, 0, .. Wrap(0x30, [.. data, .. Wrap(0xA0, octets)])]))]);

        var document = await ReadAsync($"{Head}Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(cms)}\n");

        Assert.EndsWith("wrapped words", document.AllText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n")] // no end
    [InlineData("Content-Type: multipart/mixed\n\n--mark\nContent-Type: text/plain\n\none\n--mark\nContent-Type: text/plain\n\ntwo\n--mark--\n")] // no name
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\none\n--x\n\ntwo\n--x--\n")] // the inner one does not end
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\none\n\ntwo\n")] // no parts
    [InlineData("one\n\ntwo\n")] // no empty line
    public async Task Broken_structure_still_gives_its_text(string content)
    {
        var body = await BodyAsync(Head + content);

        Assert.Equal(["one", "two"], body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task An_invitation_shows_what_people_see_of_it()
    {
        var calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Lift plan\\, quay 3\nLOCATION:Long\n  room\nDTSTART;TZID=Europe/Oslo:20260203T091500\nORGANIZER;CN=\"Pike: Jo\":mailto:jo@example.org\nUID:hidden\nEND:VEVENT\nEND:VCALENDAR";

        var body = await BodyAsync(Head + Multipart("alternative", "\nPlease come.", $"Content-Type: text/calendar; method=REQUEST\n\n{calendar}"));

        Assert.Equal("Please come.\nLift plan, quay 3\nLocation: Long room\nStart: 20260203T091500\nOrganizer: Pike: Jo mailto:jo@example.org", body);
    }

    [Fact]
    public async Task A_card_shows_what_people_see_of_it()
    {
        var document = await ReadAsync("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=85sa Pike\r\nitem1.TEL;TYPE=work:+47 12\r\n 34\r\nUID:hidden\r\nEND:VCARD\r\n", "a.vcf");

        Assert.Equal(("text/vcard", "Åsa Pike\nTelephone: +47 1234"), (document.MimeType, document.AllText()));
    }

    [Fact]
    public async Task A_saved_page_is_read_with_its_frames_but_without_its_styles()
    {
        var document = await ReadAsync("From: <Saved by a browser>\nSubject: A page\nMIME-Version: 1.0\n" + Multipart("related; type=\"text/html\"",
            "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\nContent-Location: http://example.org/\n\n<html><body>main =C3=A5</body></html>",
            "Content-Type: text/css\nContent-Location: http://example.org/a.css\n\nbody { color: red }",
            "Content-Type: text/html\nContent-Location: http://example.org/frame.html\n\n<p>framed</p>"), "page.mht");

        Assert.EndsWith("main å\nframed", Assert.Single(document.Pages).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_written_into_the_text_is_a_part()
    {
        var document = await ReadAsync(Head + "\nSee below.\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye.\n");

        Assert.EndsWith("See below.\nBye.", document.Pages[0].Text, StringComparison.Ordinal);
        Assert.Equal("cat.txt\nCat", document.Pages[1].Text);
    }

    [Fact]
    public async Task Apples_frame_around_a_message_is_no_text()
    {
        var message = Head + "\nHello.\n";

        var document = await ReadAsync($"{message.Length}      \n{message}<?xml version=\"1.0\"?><plist><dict><key>flags</key></dict></plist>", "1.emlx");

        Assert.EndsWith("Hello.", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_holds_bytes_as_they_are_is_still_a_mail()
    {
        var noise = string.Concat(Enumerable.Range(0, 5000).Select(i => (char)(i % 251)));

        var document = await ReadAsync(Head + Multipart("mixed", "\ntext", $"Content-Type: application/x-noise; name=n.bin\nContent-Transfer-Encoding: binary\n\n{noise}"), "a");

        Assert.Equal("message/rfc822", document.MimeType);
        Assert.Contains("n.bin (unsupported_type)", document.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Received: from x\nFrom: a@b\n\ntext", "x.txt", "message/rfc822")]
    [InlineData("\n\nSubject: a\nFrom: b\nDate: c\n\ntext", "x", "message/rfc822")]
    [InlineData("Subject: a\n\ntext", "x.eml", "message/rfc822")]
    [InlineData("From jo Tue Feb  3 09:15:00 2026\nSubject: a\n\ntext", "x", "application/mbox")]
    [InlineData("From here on the road is bad: 10:30 in 2026.\nIt rains.", "x.txt", "text/plain")]
    [InlineData("Subject: only\nThe rest of this letter is prose.\nIt goes on.", "x.txt", "text/plain")]
    [InlineData("Title: a\nDate: b\n\ntext", "x.txt", "text/plain")]
    [InlineData("From: a\nsome words\nTo: b\nmore words\nSubject: c\nDate: d", "x.txt", "text/plain")]
    public void Mail_is_known_by_its_header(string content, string name, string type) =>
        Assert.Equal(type, ContentTypes.FromContent(Encoding.UTF8.GetBytes(content), name));

    [Fact]
    public async Task A_body_of_one_endless_line_is_read_in_bounded_memory()
    {
        var document = await ReadAsync(Head + Multipart("mixed", "\n" + new string('a', 3 << 20), "Content-Type: text/plain; name=b.txt\n\nbehind"));

        Assert.EndsWith("b.txt\nbehind", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_outlook_packs_for_others_is_unpacked()
    {
        var document = await ReadAsync(Head + Multipart("mixed", "\nouter", $"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(Tnef())}"));

        Assert.Equal(["winmail.dat\nSubject: Packed\n\ninner words", "långt namn.txt\nattached words"], document.Pages.Skip(1).Select(page => page.Text));
    }

    private static byte[] Tnef()
    {
        static byte[] Attribute(byte level, uint id, byte[] content) => [level, .. BitConverter.GetBytes(id), .. BitConverter.GetBytes(content.Length), .. content, .. BitConverter.GetBytes((ushort)content.Sum(value => value))];
        static byte[] Long(ushort type, ushort tag, byte[] value) =>
            [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(tag), 1, 0, 0, 0, .. BitConverter.GetBytes(value.Length), .. value, .. new byte[(4 - value.Length % 4) % 4]];
        byte[] rtf = [.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0x414C454D), .. BitConverter.GetBytes(0), .. @"{\rtf1 inner words}"u8];
        return
        [
            0x78, 0x9F, 0x3E, 0x22, 1, 0,
            .. Attribute(1, 0x00018004, "Packed\0"u8.ToArray()),
            .. Attribute(1, 0x00069003, [2, 0, 0, 0, 0x0B, 0, 0x1F, 0x0E, 1, 0, 0, 0, .. Long(0x102, 0x1009, rtf)]),
            .. Attribute(2, 0x00069002, new byte[14]),
            .. Attribute(2, 0x00018010, "LNGTNA~1.TXT\0"u8.ToArray()),
            .. Attribute(2, 0x0006800F, "attached words"u8.ToArray()),
            .. Attribute(2, 0x00069005, [1, 0, 0, 0, .. Long(0x1F, 0x3707, Encoding.Unicode.GetBytes("långt namn.txt\0"))]),
        ];
    }
}
