using ScaiDrive.Extraction.Ocr;

namespace ScaiDrive.Extraction.Tests;

public sealed class RecognitionLanguageTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string English = "The inspection of the crane took place on Tuesday. The brake of the hoist had been adjusted\nby the workshop, and the rope was replaced because several strands were broken.";
    private const string German = "Die Pr\u00fcfung des Krans fand am Dienstag statt. Die Bremse des Hubwerks wurde von\nder Werkstatt eingestellt und das Seil ersetzt, weil mehrere Litzen gebrochen waren.\nF\u00fcr die n\u00e4chste Pr\u00fcfung m\u00fcssen die Unterlagen vollst\u00e4ndig vorliegen.";
    private const string French = "L'inspection de la grue a eu lieu mardi. Le frein du treuil avait été réglé par l'atelier et le câble remplacé, parce que les torons étaient rompus.";

    private static readonly HashSet<string> All = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "ces", "rus"];

    [Theory]
    [InlineData(German, "deu")]
    [InlineData(French, "fra")]
    [InlineData("La inspección de la grúa tuvo lugar el martes. El freno del cabrestante había sido ajustado por el taller y el cable fue sustituido porque estaba roto.", "spa")]
    [InlineData("De inspectie van de kraan vond plaats op dinsdag. De rem van het hijswerk was door de werkplaats afgesteld en de kabel werd vervangen omdat er draden niet heel waren.", "nld")]
    [InlineData("Przegląd dźwigu odbył się we wtorek. Hamulec został wyregulowany przez warsztat, a lina nie jest już ta sama, ponieważ było to konieczne do pracy na dachu.", "pol")]
    public void A_text_says_which_language_was_missing(string text, string language) =>
        Assert.Equal(language, LanguageJudge.Missing(text, ["eng"], All) is [var first, ..] ? first : null);

    [Fact]
    public void A_text_in_the_language_in_use_misses_none() => Assert.Empty(LanguageJudge.Missing(English, ["eng"], All));

    [Fact]
    public void Foreign_names_do_not_make_a_foreign_text() =>
        Assert.Empty(LanguageJudge.Missing($"{English} {English} The report by Dr. van der Meer and Mme. de la Tour was sent to the office. {English}", ["eng"], All));

    [Fact]
    public void A_text_in_two_languages_keeps_the_first_and_gains_the_second()
    {
        var mixed = English + "\n" + German;

        Assert.Equal(["deu"], LanguageJudge.Missing(mixed, ["eng"], All));
        Assert.Equal(["eng"], LanguageJudge.Spoken(mixed, ["eng"]));
        Assert.Empty(LanguageJudge.Spoken(German, ["eng"]));
    }

    [Fact]
    public void Only_installed_languages_are_missed() => Assert.Empty(LanguageJudge.Missing(German, ["eng"], new HashSet<string> { "eng" }));

    [Fact]
    public void Marks_on_letters_do_not_hide_a_word() => Assert.Equal("aeoucsznlt", string.Concat("ÄéØůÇŞżñŁț".Select(Letters.Plain)));

    [Fact]
    public async Task A_page_in_another_installed_language_is_read_in_that()
    {
        if (!Installed.Languages.Contains("deu"))
            return;
        var recognized = await fixture.Pool.RecognizeAsync(
            new MemoryStream(PageFiles.Png(PageFiles.Draw(German, fontSize: 12))), "brief.png", [1], ["eng"], CancellationToken.None);

        Assert.Contains("Prüfung müssen die Unterlagen vollständig", Assert.Single(recognized.Pages).Text, StringComparison.Ordinal);
    }
}

/// <summary>Language data of the machine the tests run on.</summary>
internal static class Installed
{
    internal static IReadOnlySet<string> Languages { get; } = Read();

    private static HashSet<string> Read()
    {
        var start = new System.Diagnostics.ProcessStartInfo("tesseract", "--list-langs") { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return [.. process.StandardOutput.ReadToEnd().Split('\n').Skip(1).Select(line => line.Trim())];
    }
}
