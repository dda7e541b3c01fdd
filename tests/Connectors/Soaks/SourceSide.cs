using System.Runtime.InteropServices;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>People who work at the source. What they take away they hold in their hands first, in one step of the file system, so that it is certain
/// what it was, whatever the connector does at that moment.</summary>
internal sealed partial class SourceSide : IDisposable
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;
    private readonly SourceTree tree;
    private readonly string hands;
    private int count;

    internal SourceSide(SourceTree tree)
    {
        this.tree = tree;
        // On the same file system as the tree, outside of it.
        hands = Directory.CreateDirectory(tree.Root.TrimEnd('/') + ".hands").FullName;
    }

    public void Dispose() => Directory.Delete(hands, recursive: true);

    /// <summary>Saves as editors do, a new file in the place of the old one.</summary>
    /// <returns>What was overwritten; null when nothing was there.</returns>
    internal string? Save(string path, string text)
    {
        var mine = InHands();
        File.WriteAllText(mine, text);
        Directory.CreateDirectory(Path.GetDirectoryName(tree.At(path))!);
        if (!File.Exists(tree.At(path)))
        {
            // Fails when the connector was faster.
            File.Move(mine, tree.At(path));
            return null;
        }

        if (Rename(CurrentDirectory, mine, CurrentDirectory, tree.At(path), Exchange) != 0)
            throw new IOException($"renameat2 failed with {Marshal.GetLastPInvokeError()}.");
        return File.ReadAllText(mine);
    }

    /// <summary>Writes into the file itself; only while the connector rests.</summary>
    internal string Overwrite(string path, string text)
    {
        var before = File.ReadAllText(tree.At(path));
        File.WriteAllText(tree.At(path), text);
        return before;
    }

    /// <summary>Never over another file.</summary>
    internal void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(tree.At(to))!);
        if (Directory.Exists(tree.At(from)))
            Directory.Move(tree.At(from), tree.At(to));
        else
            File.Move(tree.At(from), tree.At(to));
    }

    /// <returns>What was deleted, by path.</returns>
    internal List<string> Delete(string path)
    {
        var mine = InHands();
        if (!Directory.Exists(tree.At(path)))
        {
            File.Move(tree.At(path), mine);
            return [File.ReadAllText(mine)];
        }

        Directory.Move(tree.At(path), mine);
        return [.. Directory.EnumerateFiles(mine, "*", SearchOption.AllDirectories).Where(file => !SourcePath.IsTemporary(Path.GetFileName(file))).Select(File.ReadAllText)];
    }

    private string InHands() => Path.Combine(hands, $"{++count}");

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);
}
