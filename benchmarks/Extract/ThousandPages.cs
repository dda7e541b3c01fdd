using System.Diagnostics;
using System.Globalization;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Extract;

/// <summary>One PDF of a thousand pages: real documents put together until they are enough, by Poppler's own <c>pdfunite</c>.</summary>
internal static class ThousandPages
{
    private const int Pages = 1000;

    /// <summary>Makes the file and answers how many pages it has.</summary>
    internal static async Task<int> CreateAsync(string path, CancellationToken cancellationToken)
    {
        var sources = new List<(string Path, int Pages)>();
        foreach (var candidate in Candidates())
        {
            if (await CountAsync(candidate, cancellationToken) is > 0 and var pages)
                sources.Add((candidate, pages));
        }

        List<string> arguments = [];
        var total = 0;
        for (var i = 0; total < Pages; i++)
        {
            var (source, pages) = sources[i % sources.Count];
            arguments.Add(source);
            total += pages;
        }

        await RunAsync("pdfunite", [.. arguments, path], static _ => { }, cancellationToken);
        return total;
    }

    // Encrypted ones cannot be put together, and scans have no text to read.
    private static IEnumerable<string> Candidates()
    {
        var samples = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "samples"), "*.pdf").Where(static path => !path.Contains("scan", StringComparison.Ordinal));
        var found = RepositoryPaths.Corpus is { } corpus ? Directory.EnumerateFiles(Path.Combine(corpus, "documents"), "*.pdf") : [];
        return samples.Concat(found).Order(StringComparer.Ordinal);
    }

    private static async Task<int> CountAsync(string path, CancellationToken cancellationToken)
    {
        var pages = 0;
        await RunAsync("pdfinfo", [path], line =>
        {
            if (line.StartsWith("Pages:", StringComparison.Ordinal))
                pages = int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture);
            else if (line.StartsWith("Encrypted:", StringComparison.Ordinal) && line.Contains("yes", StringComparison.Ordinal))
                pages = int.MinValue;
        }, cancellationToken);
        return pages;
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, Action<string> line, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } text)
            line(text);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
