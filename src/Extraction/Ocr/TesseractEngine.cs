using System.Diagnostics;
using System.Text;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>A Tesseract process that stays: it takes the names of pictures on its standard input and answers with tables.</summary>
/// <remarks>
/// Starting the program and loading a language takes 0.1 to 0.3 seconds, as long as reading a short page. One page is in its hands at
/// a time, so a page that kills it or takes too long is known; the next page gets a fresh process.
/// </remarks>
internal sealed class TesseractEngine : IDisposable
{
    // Read in a third of a millisecond. Its row in the table says that the page before it is complete.
    private const string EndMark = "end-mark.pgm";
    private const int EndMarkSize = 32;
    private const int MaxErrors = 16 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private bool _ended;

    private TesseractEngine(Process process) => _process = process;

    internal static TesseractEngine Start(SourceDocument document, string languages, bool findsOrientation)
    {
        var start = new ProcessStartInfo(ExternalTool.Find(Tesseract.Program) ?? throw ExternalTool.Missing(Tesseract.Program))
        {
            WorkingDirectory = document.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // Page segmentation 3 is automatic, 1 with orientation found first.
        foreach (var argument in (string[])["-", "stdout", "-l", languages, "--psm", findsOrientation ? "1" : "3", "-c", "stream_filelist=1", "tsv"])
            start.ArgumentList.Add(argument);
        var engine = new TesseractEngine(Process.Start(start)!);
        // Its processor time adds up over many pages; each page has its own limit, and all of them the group's.
        ExternalTool.Restrain(engine._process.Id, document.Limits, Timeout.InfiniteTimeSpan);
        engine._process.ErrorDataReceived += engine.KeepError;
        engine._process.BeginErrorReadLine();
        return engine;
    }

    /// <summary>False once it has ended; it can then not read any more.</summary>
    internal bool IsUsable => !_ended && !_process.HasExited;

    /// <summary>Reads the first picture of a file.</summary>
    /// <param name="document">Whose folder the picture lies in.</param>
    /// <param name="picture">Full path in that folder.</param>
    /// <param name="limit">After this the process is killed.</param>
    /// <exception cref="UnreadableDocumentException">It cannot be read, took too long or killed the process.</exception>
    internal RecognizedText Read(SourceDocument document, string picture, TimeSpan limit)
    {
        lock (_errors)
            _errors.Clear();
        var timedOut = false;
        using var timer = new Timer(_ => { timedOut = true; Kill(); }, null, limit, Timeout.InfiniteTimeSpan);
        RecognizedText? text = null;
        try
        {
            var input = _process.StandardInput;
            input.Write($"{Path.GetRelativePath(document.Folder, picture)}\n{PlaceEndMark(document.Folder)}\n");
            input.Flush();
            // The page's own first row, then all up to the first row of the mark.
            if (TesseractTable.ReadPage(_process.StandardOutput, 0) is not null)
                text = TesseractTable.ReadPage(_process.StandardOutput, document.Limits.MaxTextBytes);
        }
        catch (IOException)
        {
            // It ended between two pages or while it was told the next.
        }
        return text ?? throw Classify(timedOut, limit);
    }

    private static string PlaceEndMark(string folder)
    {
        var path = Path.Combine(folder, EndMark);
        if (!File.Exists(path))
            File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes($"P5 {EndMarkSize} {EndMarkSize} 255\n"), .. Enumerable.Repeat((byte)0xFF, EndMarkSize * EndMarkSize)]);
        return EndMark;
    }

    private UnreadableDocumentException Classify(bool timedOut, TimeSpan limit)
    {
        Dispose();
        if (timedOut)
            return new(ReasonCodes.TimedOut, $"Recognition took longer than {limit.TotalSeconds:0} seconds.");
        string errors;
        lock (_errors)
            errors = _errors.ToString();
        if (errors.Contains("alloc", StringComparison.Ordinal))
            return new(ReasonCodes.OutOfMemory, "The page is too large for recognition.");
        var first = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(static line => line.StartsWith("Error", StringComparison.Ordinal) && !line.Contains('/', StringComparison.Ordinal));
        return new(ReasonCodes.OcrFailed, $"The page cannot be recognised: {first ?? "the engine ended"}");
    }

    private void KeepError(object sender, DataReceivedEventArgs line)
    {
        lock (_errors)
        {
            if (line.Data is not null && _errors.Length < MaxErrors)
                _errors.AppendLine(line.Data);
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }
    }

    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        Kill();
        _process.WaitForExit(); // its last complaints are then there
        _process.Dispose();
    }
}

/// <summary>The engines of one child. They outlive a file, as the child does; two suffice to go back and forth between languages.</summary>
internal sealed class TesseractEngines
{
    private const int MaxEngines = 2;

    private readonly List<(string Languages, bool FindsOrientation, TesseractEngine Engine)> _engines = [];

    /// <summary>Those of this process.</summary>
    internal static TesseractEngines OfThisChild { get; } = new();

    /// <summary>An engine for these languages: one that runs, or a fresh one.</summary>
    internal TesseractEngine Take(SourceDocument document, string languages, bool findsOrientation)
    {
        foreach (var ended in _engines.Where(static entry => !entry.Engine.IsUsable).ToList())
            Remove(ended);
        var found = _engines.FindIndex(entry => entry.Languages == languages && entry.FindsOrientation == findsOrientation);
        if (found < 0 && _engines.Count == MaxEngines)
            Remove(_engines[0]);
        var taken = found >= 0 ? _engines[found] : (languages, findsOrientation, TesseractEngine.Start(document, languages, findsOrientation));
        // The one used last stands last.
        _engines.Remove(taken);
        _engines.Add(taken);
        return taken.Item3;
    }

    private void Remove((string Languages, bool FindsOrientation, TesseractEngine Engine) entry)
    {
        entry.Engine.Dispose();
        _engines.Remove(entry);
    }
}
