using System.Globalization;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Workers.Host.Tests;

/// <summary>A folder that somebody works in, and a data directory beside it; both go with the test.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("scaidrive-host-");
    private readonly Random random = new(20260101);
    private int written;

    internal WorkFolder()
    {
        root.UnixFileMode |= UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Files);
    }

    internal string Files => Path.Combine(root.FullName, "Team files");

    internal string Data => Path.Combine(root.FullName, "data");

    internal void AddSamples()
    {
        var samples = Path.Combine(RepositoryPaths.Root, "samples");
        foreach (var file in Directory.EnumerateFiles(samples, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Files, Path.GetRelativePath(samples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    internal void AddTexts(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var folder = Path.Combine(Files, $"folder {random.Next(6)}");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"note-{written:0000}.txt")), Text());
            written++;
        }
    }

    /// <summary>What people do to files while nobody watches: change, rename, move, delete.</summary>
    internal void Shuffle(int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            var files = Directory.EnumerateFiles(Files, "note-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
            var file = files[random.Next(files.Count)];
            switch (random.Next(4))
            {
                case 0: File.WriteAllText(file, Text()); break;
                case 1: File.Move(file, Path.Combine(Path.GetDirectoryName(file)!, $"note-renamed-{written++}.txt")); break;
                case 2: File.Move(file, Path.Combine(Files, $"note-moved-{written++}.txt")); break;
                default: File.Delete(file); break;
            }
        }
    }

    private string Text()
    {
        string[] words = ["crane", "harbour", "invoice", "bearing", "inspection", "winter", "schedule", "grease", "contract", "load", "cable", "safety"];
        var sentences = Enumerable.Range(0, 3 + random.Next(40)).Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => words[random.Next(words.Length)])) + ".");
        return $"Note {written} {Guid.NewGuid():n}. {string.Join(' ', sentences)}";
    }

    public void Dispose() => root.Delete(recursive: true);
}
