using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class EncodingTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string French = "Le médecin a prescrit des médicaments à l'élève après l'été. Où êtes-vous allé?";
    private const string German = "Überprüfung der Kräne: größere Schäden wurden nicht festgestellt.";
    private const string Polish = "Zażółć gęślą jaźń. Protokół przeglądu dźwigu portowego.";
    private const string Russian = "Эта фраза написана на русском языке, чтобы проверить кодировку текста.";
    private const string Greek = "Η επιθεώρηση του γερανού ολοκληρώθηκε χωρίς προβλήματα.";
    private const string Turkish = "Vincin muayenesi başarıyla tamamlandı, eksiklik görülmedi. Şişli İstanbul ğ";
    private const string Hebrew = "בדיקת המנוף הסתיימה בהצלחה ללא תקלות מיוחדות";
    private const string Arabic = "تم الانتهاء من فحص الرافعة بنجاح دون أي مشاكل";
    private const string Japanese = "クレーンの点検は問題なく完了しました。次回の点検は来年の春に行います。";
    private const string Simplified = "起重机的检查已经顺利完成，没有发现任何问题。下次检查将在明年春天进行。";
    private const string Traditional = "起重機的檢查已經順利完成，沒有發現任何問題。下次檢查將在明年春天進行。";
    private const string Korean = "크레인 점검이 문제없이 완료되었습니다. 다음 점검은 내년 봄에 실시됩니다.";
    private const string English = "The inspection of the harbour crane was finished in time, and nothing of note was found.";

    static EncodingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("windows-1252", French)]
    [InlineData("iso-8859-1", German)]
    [InlineData("iso-8859-15", "Der Preis für die Prüfung der Kräne beträgt 500 €, zahlbar im März.")]
    [InlineData("windows-1250", Polish)]
    [InlineData("iso-8859-2", Polish)]
    [InlineData("windows-1251", Russian)]
    [InlineData("koi8-r", Russian)]
    [InlineData("iso-8859-5", Russian)]
    [InlineData("cp866", Russian)]
    [InlineData("windows-1253", Greek)]
    [InlineData("iso-8859-7", Greek)]
    [InlineData("windows-1254", Turkish)]
    [InlineData("windows-1255", Hebrew)]
    [InlineData("windows-1256", Arabic)]
    [InlineData("ibm850", German)]
    [InlineData("macintosh", French)]
    [InlineData("macintosh", German)]
    [InlineData("shift_jis", Japanese)]
    [InlineData("euc-jp", Japanese)]
    [InlineData("iso-2022-jp", Japanese)]
    [InlineData("gb18030", Simplified)]
    [InlineData("big5", Traditional)]
    [InlineData("euc-kr", Korean)]
    [InlineData("IBM500", English)]
    public async Task Text_without_a_mark_is_read_in_the_encoding_of_its_language(string encoding, string text)
    {
        var document = await fixture.ExtractAsync("a.txt", Encoding.GetEncoding(encoding).GetBytes(text));

        Assert.Equal(("ok", "text/plain", text), (document.Status, document.MimeType, document.AllText()));
    }

    [Theory]
    [InlineData("utf-16le", Japanese)]
    [InlineData("utf-16be", Russian)]
    [InlineData("utf-32le", Simplified)]
    public async Task Wide_text_without_a_mark_is_told_by_its_line_ends(string encoding, string text)
    {
        var document = await fixture.ExtractAsync("a.txt", Encoding.GetEncoding(encoding).GetBytes($"{text}\n{text}\n"));

        Assert.Equal($"{text}\n{text}", document.AllText().TrimEnd());
    }

    [Fact]
    public async Task An_encoding_far_from_the_start_is_found()
    {
        var text = string.Concat(Enumerable.Repeat(English + "\n", 5000)) + French;

        var document = await fixture.ExtractAsync("a.log", Encoding.GetEncoding(1252).GetBytes(text));

        Assert.EndsWith(French, document.AllText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><head><meta charset=\"{0}\"></head><body>", "windows-1251", Russian)]
    [InlineData("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={0}\"></head><body>", "shift_jis", Japanese)]
    [InlineData("<html><head><meta charset={0}></head><body>", "iso-2022-jp", Japanese)]
    [InlineData("<html><body>", "euc-kr", Korean)]
    public async Task Html_is_read_in_the_encoding_it_declares_or_looks_like(string start, string encoding, string text)
    {
        var html = string.Format(System.Globalization.CultureInfo.InvariantCulture, start, encoding) + $"<p>{text}</p></body></html>";

        var document = await fixture.ExtractAsync("a.html", Encoding.GetEncoding(encoding).GetBytes(html));

        Assert.Equal(("text/html", text), (document.MimeType, document.AllText()));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("koi8-r")]
    [InlineData("iso-8859-5")]
    public async Task Xml_is_read_in_the_encoding_it_declares(string encoding)
    {
        var target = Encoding.GetEncoding(encoding);

        var document = await fixture.ExtractAsync("a.xml", [.. target.GetPreamble(), .. target.GetBytes($"<?xml version=\"1.0\" encoding=\"{encoding}\"?><a>{Russian}</a>")]);

        Assert.Equal(("application/xml", Russian), (document.MimeType, document.AllText()));
    }
}
