using System.Text;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Asks Tesseract which script a page is written in, and knows which languages write it.</summary>
internal static class ScriptDetector
{
    // Joined languages take time for each; a second one is read along where a script does not tell them apart.
    private const int MaxLanguages = 2;
    private const string Field = "Script:";

    // Commonest first. Latin is left out: its languages are told by their words.
    private static readonly Dictionary<string, string[]> Languages = new(StringComparer.Ordinal)
    {
        ["Arabic"] = ["ara", "fas", "urd", "pus", "snd", "uig", "kur_ara"],
        ["Armenian"] = ["hye"],
        ["Bengali"] = ["ben", "asm"],
        ["Canadian_Aboriginal"] = ["iku"],
        ["Cherokee"] = ["chr"],
        ["Cyrillic"] = ["rus", "ukr", "bul", "srp", "bel", "mkd", "kaz", "mon", "uzb_cyrl", "tgk", "kir", "tat"],
        ["Devanagari"] = ["hin", "mar", "nep", "san"],
        ["Ethiopic"] = ["amh", "tir"],
        ["Fraktur"] = ["frk", "deu_latf", "deu_frak"],
        ["Georgian"] = ["kat"],
        ["Greek"] = ["ell", "grc"],
        ["Gujarati"] = ["guj"],
        ["Gurmukhi"] = ["pan"],
        ["Han"] = ["chi_sim", "chi_tra", "jpn"],
        ["Hangul"] = ["kor"],
        ["Hebrew"] = ["heb", "yid"],
        ["Hiragana"] = ["jpn"],
        ["Japanese"] = ["jpn", "chi_tra", "chi_sim"],
        ["Kannada"] = ["kan"],
        ["Katakana"] = ["jpn"],
        ["Khmer"] = ["khm"],
        ["Korean"] = ["kor"],
        ["Lao"] = ["lao"],
        ["Malayalam"] = ["mal"],
        ["Myanmar"] = ["mya"],
        ["Oriya"] = ["ori"],
        ["Sinhala"] = ["sin"],
        ["Syriac"] = ["syr"],
        ["Tamil"] = ["tam"],
        ["Telugu"] = ["tel"],
        ["Thaana"] = ["div"],
        ["Thai"] = ["tha"],
        ["Tibetan"] = ["bod", "dzo"],
    };

    /// <summary>Installed languages of the page's script; none when the script cannot be told or none of its languages is there.</summary>
    internal static IReadOnlyList<string> FindLanguages(SourceDocument document, string picture, TimeSpan limit, IReadOnlySet<string> installed) =>
        Detect(document, picture, limit) is not { } script ? []
            : Languages.GetValueOrDefault(script)?.Where(installed.Contains).Take(MaxLanguages).ToArray() is { Length: > 0 } found ? found
            // Data for a whole script bears its name.
            : installed.Contains($"script/{script}") ? [$"script/{script}"]
            : [];

    private static string? Detect(SourceDocument document, string picture, TimeSpan limit)
    {
        string? script = null;
        // Page segmentation 0 finds orientation and script and reads nothing.
        _ = ExternalTool.Run(Tesseract.Program, [picture, "stdout", "--psm", "0"], document, limit, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith(Field, StringComparison.Ordinal))
                    script = line[Field.Length..].Trim();
            }
        });
        return script;
    }
}
