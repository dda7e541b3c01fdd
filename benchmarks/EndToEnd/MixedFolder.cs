using System.Globalization;
using System.Text;
using ScaiDrive.Bench.Cranfield;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.EndToEnd;

/// <summary>A folder as a team would have it: many small texts, some office documents and PDF files, each of them different.</summary>
internal static class MixedFolder
{
    /// <summary>Fills <paramref name="directory"/> and answers how many files and bytes it holds.</summary>
    internal static (int Files, long Bytes) Create(string directory, int texts, int copiesOfDocuments)
    {
        Directory.CreateDirectory(directory);
        WriteTexts(Path.Combine(directory, "texts"), texts);
        var samples = new DirectoryInfo(Path.Combine(RepositoryPaths.Root, "samples")).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
        for (var copy = 0; copy < copiesOfDocuments; copy++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(directory, $"documents-{copy:000}")).FullName;
            foreach (var sample in samples)
                CopyWithOtherContent(sample, folder, copy);
        }

        if (RepositoryPaths.Corpus is { } corpus)
            foreach (var document in new DirectoryInfo(Path.Combine(corpus, "documents")).EnumerateFiles().Where(file => file.Extension is ".pdf" or ".docx" or ".xlsx" or ".pptx" or ".html"))
                document.CopyTo(Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "found")).FullName, document.Name), overwrite: true);
        var all = new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
        return (all.Count, all.Sum(file => file.Length));
    }

    /// <summary>Real abstracts where the collection is at hand, else sentences of the samples in random order.</summary>
    private static void WriteTexts(string directory, int count)
    {
        Directory.CreateDirectory(directory);
        var source = RepositoryPaths.Corpus is { } corpus
            ? CranfieldDocuments.Read(Path.Combine(corpus, "cranfield", "cran.all")).Select(document => document.Text).ToList()
            : SyntheticTexts(count);
        for (var i = 0; i < count; i++)
            File.WriteAllText(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"abstract-{i:0000}.txt")), $"{source[i % source.Count]}\n\nNumber {i}.\n");
    }

    private static List<string> SyntheticTexts(int count)
    {
        var sentences = new DirectoryInfo(Path.Combine(RepositoryPaths.Root, "samples")).EnumerateFiles("*.md")
            .SelectMany(file => File.ReadAllText(file.FullName).Split('.')).Where(sentence => sentence.Length > 20).ToArray();
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join('.', Enumerable.Range(0, 12).Select(_ => sentences[random.Next(sentences.Length)])))];
    }

    /// <summary>Deduplication by content would make copies free, so each gets bytes of its own where its format ignores them.</summary>
    private static void CopyWithOtherContent(FileInfo sample, string folder, int copy)
    {
        var target = Path.Combine(folder, sample.Name);
        sample.CopyTo(target, overwrite: true);
        using var stream = new FileStream(target, FileMode.Append);
        var tail = sample.Extension switch
        {
            ".pdf" => $"\n% copy {copy}\n",
            ".html" => $"\n<!-- copy {copy} -->\n",
            ".docx" or ".xlsx" or ".pptx" => null,
            ".png" or ".tif" or ".tiff" or ".jpg" => null,
            _ => $"\ncopy {copy}\n",
        };
        if (tail is not null)
            stream.Write(Encoding.ASCII.GetBytes(tail));
        else if (copy > 0)
        {
            stream.Dispose();
            // A zip or picture with trailing bytes is another case; these stay single.
            File.Delete(target);
        }
    }
}
