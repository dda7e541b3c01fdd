using System.Diagnostics;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Reads page after page of one file, and looks again where the first look is doubtful: larger, turned, in another script or language.</summary>
/// <remarks>
/// A good page is read once. What a second look found out (languages, that pages lie on their side) is where the next page of the file starts.
/// All looks at a page share its time; one that fails or brings nothing better leaves what was read before.
/// </remarks>
internal sealed class PageReader(Tesseract tesseract, IReadOnlyList<string> languages)
{
    // Pages read upside down, sideways or in a foreign script have a mean confidence of 5 to 45, poor faxes of 65 and more.
    private const double Doubtful = 60;

    // Below this words are missed: characters drawn 10 pixels high are read to 98.5 percent, the same enlarged twice without an error.
    private const int SmallWordHeight = 15;
    private const int GoodWordHeight = 30;
    private const double MostEnlargement = 4;

    // Confidence differs by as much between two languages that read the same.
    private const double Alike = 1;

    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);

    private readonly PagePictures _pictures = new();
    private IReadOnlyList<string> _languages = languages;
    private bool _turned;

    /// <summary>Reads one page.</summary>
    /// <exception cref="UnreadableDocumentException">Not even the first look succeeded.</exception>
    internal RecognizedText Read(SourceDocument document, int page)
    {
        var clock = Stopwatch.StartNew();
        var picture = _pictures.Make(document, page);
        try
        {
            var read = Look(picture, _languages, _turned);
            if (read.WordHeight is > 0 and < SmallWordHeight)
                read = LookCloser(ref picture, read);
            if (read.Text.Length > 0 && read.Confidence < Doubtful && tesseract.KnowsOrientation)
                read = LookAround(picture, read);
            return read.Text.Length > 0 ? LookInOtherLanguages(picture, read) : read;
        }
        finally
        {
            picture.Dispose();
        }

        bool IsOver() => clock.Elapsed >= document.Limits.PageTime;

        // Never nothing: time goes on between asking and using the answer.
        TimeSpan Left() => document.Limits.PageTime - clock.Elapsed is var left && left > LeastTime ? left : LeastTime;

        RecognizedText Look(PagePicture at, IReadOnlyList<string> spoken, bool turned) => IsOver()
            ? throw new UnreadableDocumentException(ReasonCodes.TimedOut, $"The page took longer than {document.Limits.PageTime.TotalSeconds:0} seconds.")
            : TesseractEngines.OfThisChild.Take(document, string.Join('+', spoken), turned).Read(document, at.Path, Left());

        RecognizedText? LookAgain(PagePicture at, IReadOnlyList<string> spoken, bool turned)
        {
            try
            {
                return Look(at, spoken, turned);
            }
            catch (UnreadableDocumentException)
            {
                return null;
            }
        }

        RecognizedText LookCloser(ref PagePicture at, RecognizedText read)
        {
            if (Larger(at, Math.Min(Math.Ceiling((double)GoodWordHeight / read.WordHeight), MostEnlargement)) is not { } larger)
                return read;
            var closer = LookAgain(larger, _languages, _turned);
            var isBetter = closer is not null && closer.Confidence > read.Confidence - Alike;
            (isBetter ? at : larger).Dispose();
            at = isBetter ? larger : at;
            return isBetter ? closer! : read;
        }

        PagePicture? Larger(PagePicture at, double factor)
        {
            try
            {
                return at.Enlarge(factor, Left());
            }
            catch (UnreadableDocumentException)
            {
                return null;
            }
        }

        RecognizedText LookAround(PagePicture at, RecognizedText read)
        {
            var before = read;
            if (!_turned && LookAgain(at, _languages, turned: true) is { } upright && upright.Confidence > read.Confidence)
                read = upright;
            if (read.Confidence < Doubtful && OfScript(at) is { Count: > 0 } others && LookAgain(at, others, turned: true) is { } foreign && foreign.Confidence > read.Confidence)
                (read, _languages) = (foreign, others);
            // A page that stays doubtful says nothing of the next.
            _turned = read.Confidence >= Doubtful && (_turned || !ReferenceEquals(read, before));
            return read;
        }

        IReadOnlyList<string> OfScript(PagePicture at)
        {
            var found = IsOver() ? [] : ScriptDetector.FindLanguages(document, at.Path, Left(), tesseract.Languages);
            return found.All(_languages.Contains) ? [] : found;
        }

        RecognizedText LookInOtherLanguages(PagePicture at, RecognizedText read)
        {
            if (LanguageJudge.Missing(read.Text, _languages, tesseract.Languages) is not { Count: > 0 } missing)
                return read;
            IReadOnlyList<string> spoken = [.. LanguageJudge.Spoken(read.Text, _languages), .. missing];
            if (LookAgain(at, spoken, _turned) is not { } better || better.Confidence < read.Confidence - Alike)
                return read;
            _languages = spoken;
            return better;
        }
    }
}
