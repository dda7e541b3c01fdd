using System.Text;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>The installed Tesseract: version and languages are asked once per child.</summary>
internal sealed class Tesseract
{
    internal const string Program = "tesseract";

    private const string OrientationData = "osd";

    // Other data that is no language.
    private static readonly string[] NoLanguages = [OrientationData, "equ", "snum"];

    private static Tesseract? _found;

    private Tesseract(string engine, IEnumerable<string> installed)
    {
        var all = installed.ToHashSet(StringComparer.Ordinal);
        (Engine, KnowsOrientation) = (engine, all.Contains(OrientationData));
        all.ExceptWith(NoLanguages);
        Languages = all;
    }

    /// <summary>Name and version.</summary>
    internal string Engine { get; }

    /// <summary>True when a turned page and a foreign script can be told.</summary>
    internal bool KnowsOrientation { get; }

    /// <summary>Installed languages by Tesseract's names.</summary>
    internal IReadOnlySet<string> Languages { get; }

    /// <exception cref="UnreadableDocumentException">With <c>tool_missing</c>.</exception>
    internal static Tesseract Find(SourceDocument document) =>
        _found ??= new(Lines(document, "--version").FirstOrDefault() ?? Program, Lines(document, "--list-langs").Skip(1).Select(static line => line.Trim()));

    /// <summary>The installed ones of the wanted languages, in order; English when none is.</summary>
    internal IReadOnlyList<string> Choose(IReadOnlyList<string> wanted)
    {
        string[] chosen = [.. wanted.SelectMany(static language => language.Split('+')).Where(Languages.Contains).Distinct()];
        return chosen.Length > 0 ? chosen
            : Languages.Contains("eng") ? ["eng"]
            : [Languages.Order(StringComparer.Ordinal).FirstOrDefault()
                ?? throw new UnreadableDocumentException(ReasonCodes.ToolMissing, "Tesseract has no language data.")];
    }

    private static List<string> Lines(SourceDocument document, string argument)
    {
        var lines = new List<string>();
        _ = ExternalTool.Run(Program, [argument], document, null, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
                lines.Add(line);
        });
        return lines;
    }
}
