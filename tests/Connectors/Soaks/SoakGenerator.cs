using System.Text;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>What people do on both sides of a connector, at random but always the same for a seed.</summary>
/// <remarks>Names come from a small set, so that both sides meet at them. Every content is written once, so that a lost one is noticed.</remarks>
internal sealed class SoakGenerator(SourceTree tree, Mirror mirror, int seed, bool ignoresCase = false)
{
    private static readonly string[] Folders = ["", "alpha", "beta", "alpha/inner", "beta/inner", "gamma"];

    private readonly Random random = new(seed);
    private int written;

    /// <summary>What was done, for the message of a test that fails.</summary>
    internal List<string> Log { get; } = [];

    internal async Task StepAsync()
    {
        if (random.Next(2) == 0)
            AtSource();
        else
            await InShareAsync();
    }

    /// <summary>One operation on the tree. What cannot be done there is passed over.</summary>
    internal void AtSource()
    {
        var files = tree.Files().Keys.Where(path => !SourcePath.IsTemporary(SourcePath.NameOf(path))).ToList();
        var directories = tree.Directories().ToList();
        try
        {
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    Told("source write", NewPath(), path => tree.Write(path, Content("source")));
                    break;
                case 3 or 4 when files.Count > 0:
                    Told("source edit", One(files), path => tree.Write(path, Content("source")));
                    break;
                case 5 when files.Count > 0:
                    Told("source save", One(files), path => tree.Save(path, Content("source")));
                    break;
                case 6 when files.Count > 0:
                    Move("source move", One(files), NewPath(), (from, to) => tree.Move(from, to), path => File.Exists(tree.At(path)) || Directory.Exists(tree.At(path)));
                    break;
                case 7 when files.Count > 0:
                    Told("source case", One(files), path => MoveTo(path, Cased(path)));
                    break;
                case 8 when files.Count > 0:
                    Told("source delete", One(files), path => tree.Delete(path));
                    break;
                case 9 when directories.Count > 0:
                    Move("source move directory", One(directories), NewPath(), (from, to) => tree.Move(from, to), path => File.Exists(tree.At(path)) || Directory.Exists(tree.At(path)));
                    break;
                case 10 when files.Count > 1:
                    Swap(One(files), One(files));
                    break;
                case 11 when directories.Count > 3 && random.Next(3) == 0:
                    Told("source delete directory", One(directories), path => tree.Delete(path));
                    break;
                default:
                    Told("source mkdir", NewPath(), path =>
                    {
                        if (!File.Exists(tree.At(path)))
                            tree.MakeDirectory(path);
                    });
                    break;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A file is in the way of a directory, or the directory moved below itself.
        }
    }

    /// <summary>One operation in the share.</summary>
    internal async Task InShareAsync()
    {
        var files = (await mirror.FilesAsync()).Keys.ToList();
        var folders = (await mirror.FoldersAsync()).ToList();
        try
        {
            switch (random.Next(10))
            {
                case 0 or 1 or 2:
                    await ToldAsync("share write", NewPath(), path => mirror.WriteInShareAsync(path, Content("share")));
                    break;
                case 3 or 4 when files.Count > 0:
                    await ToldAsync("share edit", One(files), path => mirror.WriteInShareAsync(path, Content("share")));
                    break;
                case 5 when files.Count > 0:
                    await MoveAsync("share move", One(files), NewPath(), mirror.MoveInShareAsync);
                    break;
                case 6 when files.Count > 0:
                    await ToldAsync("share case", One(files), path => mirror.MoveInShareAsync(path, Cased(path)));
                    break;
                case 7 when files.Count > 0:
                    await ToldAsync("share delete", One(files), mirror.DeleteInShareAsync);
                    break;
                case 8 when folders.Count > 0:
                    await MoveAsync("share move folder", One(folders), NewPath(), mirror.MoveFolderInShareAsync);
                    break;
                case 9 when folders.Count > 3 && random.Next(3) == 0:
                    await ToldAsync("share delete folder", One(folders), mirror.DeleteFolderInShareAsync);
                    break;
                default:
                    await ToldAsync("share mkdir", NewPath(), mirror.MakeFolderAsync);
                    break;
            }
        }
        catch (Exception fault) when (fault is Drive.DriveException or InvalidOperationException)
        {
            // The name is taken, or the folder would go below itself.
        }
    }

    private void MoveTo(string from, string to)
    {
        // Where names ignore case, the target exists: it is the file itself.
        if (from != to && (ignoresCase || !File.Exists(tree.At(to))))
            File.Move(tree.At(from), tree.At(to));
    }

    private void Swap(string one, string other)
    {
        if (one == other)
            return;
        Log.Add($"source swap {one} {other}");
        var aside = tree.At(one) + ".swapping";
        File.Move(tree.At(one), aside);
        File.Move(tree.At(other), tree.At(one));
        File.Move(aside, tree.At(other));
    }

    private void Move(string what, string from, string to, Action<string, string> move, Func<string, bool> exists)
    {
        if (exists(to) || SourcePath.IsAtOrBelow(to, from))
            return;
        Log.Add($"{what} {from} {to}");
        move(from, to);
    }

    private async Task MoveAsync(string what, string from, string to, Func<string, string, Task> move)
    {
        Log.Add($"{what} {from} {to}");
        await move(from, to);
    }

    private void Told(string what, string path, Action<string> act)
    {
        Log.Add($"{what} {path}");
        act(path);
    }

    private async Task ToldAsync(string what, string path, Func<string, Task> act)
    {
        Log.Add($"{what} {path}");
        await act(path);
    }

    private string NewPath() => SourcePath.Combine(One(Folders), $"{(char)('a' + random.Next(8))}{(random.Next(2) == 0 ? ".txt" : "")}");

    private string Content(string side)
    {
        var text = new StringBuilder($"{side} {seed} {written++}");
        return text.Append('.', random.Next(40)).ToString();
    }

    private static string Cased(string path)
    {
        var name = SourcePath.NameOf(path);
        return SourcePath.Combine(SourcePath.DirectoryOf(path), name.Any(char.IsLower) ? name.ToUpperInvariant() : name.ToLowerInvariant());
    }

    private string One(IReadOnlyList<string> choices) => choices[random.Next(choices.Count)];
}
