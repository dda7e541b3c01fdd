namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>Names of members are only names: nothing is ever written to, or looked up at, the place they point to.</summary>
internal static class MemberNames
{
    private const int Longest = 1024;

    /// <summary>True for what file managers leave in archives and no person put there: Finder's resource forks and folder settings, Explorer's thumbnails.</summary>
    internal static bool IsClutter(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        return last.StartsWith("._", StringComparison.Ordinal) || last is ".DS_Store" or "Thumbs.db" or "desktop.ini"
            || name.StartsWith("__MACOSX/", StringComparison.Ordinal);
    }

    /// <summary>The name as people see it: forward slashes, no leading <c>./</c>, no control characters.</summary>
    internal static string Shown(string name)
    {
        name = name.Replace('\\', '/');
        var start = 0;
        while (name.AsSpan(start).StartsWith("./", StringComparison.Ordinal))
            start += 2;
        name = name.Substring(start, Math.Min(Longest, name.Length - start));
        return name.AsSpan().IndexOfAnyInRange('\0', '\u001F') < 0 ? name : string.Create(name.Length, name, static (shown, original) =>
        {
            for (var i = 0; i < shown.Length; i++)
                shown[i] = original[i] < ' ' ? ' ' : original[i];
        });
    }

    /// <summary>What a compressed file is without its packing: <c>notes.txt.gz</c> is <c>notes.txt</c>, <c>all.tgz</c> is <c>all.tar</c>.</summary>
    internal static string Unpacked(string fileName)
    {
        var name = fileName[(fileName.LastIndexOf('/') + 1)..];
        var stem = Path.GetFileNameWithoutExtension(name);
        if (stem.Length == 0)
            return name;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".tgz" or ".taz" or ".tbz" or ".tbz2" or ".txz" or ".tzst" or ".tlz" => stem + ".tar",
            ".svgz" => stem + ".svg",
            ".emz" => stem + ".emf",
            ".wmz" => stem + ".wmf",
            ".gz" or ".gzip" or ".bz2" or ".bz" or ".xz" or ".zst" or ".zstd" or ".lz" or ".z" => stem,
            _ => name,
        };
    }
}
