using System.Globalization;

namespace ScaiDrive.Bench.Smb;

/// <summary>What lies on the share. No two files have equal bytes, so nothing is stored once for two.</summary>
internal static class SharedFiles
{
    private const int FilesPerDirectory = 100, ManyPerDirectory = 1_000;
    private const int SmallestBytes = 1024, LargestBytes = 8 * 1024, BlockBytes = 1024 * 1024;

    /// <summary>Small files of 1 to 8 KiB, a hundred to a directory.</summary>
    /// <returns>Their bytes.</returns>
    internal static long MakeSmall(string directory, int files)
    {
        var random = new Random(files);
        var bytes = new byte[LargestBytes];
        long total = 0;
        for (var number = 0; number < files; number++)
        {
            var parent = Path.Combine(directory, Name('d', number / FilesPerDirectory));
            if (number % FilesPerDirectory == 0)
                Directory.CreateDirectory(parent);
            var size = random.Next(SmallestBytes, LargestBytes);
            random.NextBytes(bytes.AsSpan(0, size));
            File.WriteAllBytes(Path.Combine(parent, $"{Name('f', number)}.bin"), bytes.AsSpan(0, size));
            total += size;
        }

        return total;
    }

    /// <summary>Files of equal size.</summary>
    internal static void MakeLarge(string directory, int files, long sizeBytes)
    {
        Directory.CreateDirectory(directory);
        var random = new Random(7);
        var block = new byte[BlockBytes];
        for (var number = 0; number < files; number++)
        {
            using var file = File.Create(Path.Combine(directory, $"{Name('l', number)}.bin"));
            for (var left = sizeBytes; left > 0; left -= BlockBytes)
            {
                random.NextBytes(block);
                file.Write(block.AsSpan(0, (int)Math.Min(left, BlockBytes)));
            }
        }
    }

    /// <summary>Files without content, a thousand to a directory: what matters of them is that they are there.</summary>
    internal static void MakeEmpty(string directory, int files)
    {
        for (var number = 0; number < files; number++)
        {
            var parent = Path.Combine(directory, Name('d', number / ManyPerDirectory));
            if (number % ManyPerDirectory == 0)
                Directory.CreateDirectory(parent);
            File.Create(Path.Combine(parent, Name('f', number))).Dispose();
        }
    }

    private static string Name(char kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}{number:D6}");
}
