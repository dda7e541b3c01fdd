using System.Text;
using ScaiDrive.Extraction.Ocr;

namespace ScaiDrive.Extraction.Tests;

public sealed class RecognitionTextLayerTests
{
    private const string English = "The inspection of the crane took place on Tuesday. The brake of the hoist had been adjusted by the workshop, and the rope was replaced because several strands were broken.";
    private const string Russian = "Проверка крана состоялась во вторник. Тормоз подъёмного механизма был отрегулирован мастерской, а канат заменён, потому что несколько прядей были порваны.";

    [Theory]
    [InlineData(English)]
    [InlineData(Russian)]
    [InlineData("Die Prüfung des Krans fand am Dienstag statt. Die Bremse des Hubwerks wurde von der Werkstatt eingestellt und das Seil ersetzt, weil mehrere Litzen gebrochen waren.")]
    [InlineData("L'inspection de la grue a eu lieu mardi. Le frein du treuil avait été réglé par l'atelier et le câble remplacé, parce que plusieurs torons étaient rompus à côté.")]
    [InlineData("Prohlídka jeřábu proběhla v úterý. Brzda zdvihu byla seřízena v dílně a lano vyměněno, protože několik pramenů bylo přetržených. Strč prst skrz krk, vlk zmrzl, hrst zrn.")]
    [InlineData("Przegląd dźwigu odbył się we wtorek. Hamulec wciągarki został wyregulowany w warsztacie, a linę wymieniono, ponieważ kilka splotek było zerwanych. Chrząszcz brzmi w trzcinie w Szczebrzeszynie.")]
    [InlineData("Việc kiểm tra cần cẩu đã diễn ra vào thứ Ba. Phanh của tời đã được xưởng điều chỉnh và dây cáp đã được thay thế vì một số tao cáp bị đứt.")]
    [InlineData("Nosturin tarkastus tehtiin tiistaina. Nostokoneiston jarru oli säädetty korjaamolla ja köysi vaihdettu, koska useita säikeitä oli poikki.")]
    [InlineData("Ο έλεγχος του γερανού έγινε την Τρίτη. Το φρένο του βαρούλκου ρυθμίστηκε από το συνεργείο και το συρματόσχοινο αντικαταστάθηκε, επειδή αρκετοί κλώνοι ήταν σπασμένοι.")]
    [InlineData("جرى فحص الرافعة يوم الثلاثاء. تم ضبط فرامل الرافعة في الورشة وتم استبدال الحبل لأن عدة خيوط كانت مقطوعة.")]
    [InlineData("בדיקת המנוף התקיימה ביום שלישי. הבלם של המנוף כוון בבית המלאכה והכבל הוחלף מפני שכמה גדילים נקרעו.")]
    [InlineData("起重机的检查于星期二进行。车间调整了起升机构的制动器,并更换了钢丝绳,因为有几股钢丝已经断裂。")]
    [InlineData("クレーンの検査は火曜日に行われました。巻上機のブレーキは工場で調整され、数本の素線が切れていたためロープが交換されました。")]
    [InlineData("크레인 검사는 화요일에 실시되었습니다. 작업장에서 권상기 브레이크를 조정했고 여러 가닥이 끊어져 로프를 교체했습니다.")]
    [InlineData("क्रेन का निरीक्षण मंगलवार को हुआ। कार्यशाला ने ब्रेक को समायोजित किया और रस्सी बदल दी क्योंकि कई तार टूटे हुए थे।")]
    [InlineData("การตรวจสอบเครนเกิดขึ้นในวันอังคาร เบรกของรอกถูกปรับโดยโรงซ่อม และเปลี่ยนเชือกเพราะเส้นลวดหลายเส้นขาด")]
    public void Text_of_a_language_is_kept(string text) => Assert.False(TextLayerJudge.IsGarbage(text));

    [Theory]
    [InlineData("2021\t1,204.50\t-3.7 %\t12/04/2021\t(88)\n2022\t1,377.00\t+4.1 %\t13/04/2022\t(91)\n2023\t1,402.95\t+1.9 %\t11/04/2023\t(97)")]
    [InlineData("for (int i = 0; i < n; i++) { a[i] = b[i] * (c - d) >> 2; if (!f(&a[i])) return -1; }\nstd::vector<std::pair<int, char*>> q{{1, \"x\"}};")]
    [InlineData("∫₀^∞ e^{−x²} dx = ½√π, ∀ε > 0 ∃δ > 0: |x − y| < δ ⇒ |f(x) − f(y)| < ε, Σ_{k=1}^{n} k = n(n+1)/2, α ∈ ℝ, β ≠ γ")]
    [InlineData("1 Introduction ............................................................ 3\n2 Hoist . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . 14\nName: ______________________ Date: __________________")]
    [InlineData("\uF0B7 Check the brake\n\uF0B7 Check the rope\n\uF0B7 Check the hook\n\uF0B7 Check the limit switch")]
    [InlineData("DIN EN 12385-4 XPS 220 kV, IP65, M12x1.5, H07RN-F 4G2.5 mm², PN16 DN80, S235JR, RAL 7016")]
    [InlineData("Größe: 5 µm ± 2 %, T = 20 °C, «Übermaß», § 3 Abs. 2, © 2026 Müller & Söhne")]
    [InlineData("37")]
    [InlineData("")]
    public void Tables_code_formulas_and_lists_are_kept(string text) => Assert.False(TextLayerJudge.IsGarbage(text));

    [Fact]
    public void A_layer_of_private_use_characters_is_garbage() => Assert.True(TextLayerJudge.IsGarbage(Map(English, character => (char)(0xF000 + character))));

    [Fact]
    public void A_layer_of_replacement_characters_is_garbage() => Assert.True(TextLayerJudge.IsGarbage(Map(English, _ => '\uFFFD')));

    [Fact]
    public void A_layer_of_control_characters_is_garbage() => Assert.True(TextLayerJudge.IsGarbage(Map(English, character => (char)(character % 8 + 1))));

    [Fact]
    public void Glyph_numbers_taken_for_letters_are_garbage()
    {
        // Fonts made from TrueType outlines number the glyphs from 3, the space, in the order of ASCII.
        Assert.True(TextLayerJudge.IsGarbage(Map(English, character => (char)(character - 29))));
        Assert.True(TextLayerJudge.IsGarbage(Map(English, character => char.IsAsciiLetter(character) ? (char)(character - 29) : character)));
        Assert.True(TextLayerJudge.IsGarbage(Map(English, character => char.IsAsciiLetterLower(character) ? (char)('a' + (character - 'a' + 24) % 26) : character)));
    }

    [Fact]
    public void Symbols_instead_of_letters_are_garbage() =>
        Assert.True(TextLayerJudge.IsGarbage(Map(English, character => char.IsAsciiLetter(character) ? "!#$%&()*+,-./:;<=>?@[]^_{|}~"[character % 28] : character)));

    [Theory]
    [InlineData("windows-1251")]
    [InlineData("koi8-r")]
    [InlineData("utf-8")]
    public void Bytes_of_another_alphabet_taken_for_latin_are_garbage(string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Assert.True(TextLayerJudge.IsGarbage(Encoding.Latin1.GetString(Encoding.GetEncoding(encoding).GetBytes(Russian))));
        Assert.True(TextLayerJudge.IsGarbage(Encoding.GetEncoding(1252).GetString(Encoding.GetEncoding(encoding).GetBytes(Russian))));
    }

    [Fact]
    public void Chinese_bytes_taken_for_latin_are_garbage()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Assert.True(TextLayerJudge.IsGarbage(Encoding.Latin1.GetString(Encoding.GetEncoding("gb2312").GetBytes("起重机的检查于星期二进行。车间调整了起升机构的制动器。"))));
    }

    [Fact]
    public void Letters_of_many_scripts_in_one_word_are_garbage() =>
        Assert.True(TextLayerJudge.IsGarbage(Map(English, character => char.IsAsciiLetter(character) ? "aβвաאعकคb"[character % 9] : character)));

    [Fact]
    public void Garbage_at_the_edge_of_a_good_page_does_not_condemn_it() =>
        Assert.False(TextLayerJudge.IsGarbage(English + Map("Approved by the works council", character => (char)(0xF000 + character)) + English));

    [Theory]
    [InlineData("", true)]
    [InlineData("Page 3 of 12", true)]
    [InlineData("Scanned with a phone    ABC-000123    17", true)]
    [InlineData("................................................................................................................................................", true)]
    [InlineData(English, false)]
    [InlineData("起重机的检查于星期二进行。车间调整了起升机构的制动器,并更换了钢丝绳,因为有几股钢丝已经断裂。", false)]
    public void A_page_number_is_little_text_and_a_paragraph_is_not(string text, bool sparse) => Assert.Equal(sparse, TextLayerJudge.IsSparse(text));

    private static string Map(string text, Func<char, char> glyph) => string.Concat(text.Select(character => character == ' ' ? ' ' : glyph(character)));
}
