using System.Security.Cryptography;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>The key that encrypts stored secrets where the operator configured none: a file only its owner can read.</summary>
internal static class SecretKeyFile
{
    /// <summary>Reads the key, making it the first time.</summary>
    /// <exception cref="InvalidDataException">The file does not hold a key; making a new one would orphan every secret.</exception>
    internal static byte[] ReadOrMake(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "secret.key");
        if (File.Exists(path))
            return Read(path);
        var fresh = RandomNumberGenerator.GetBytes(32);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(fresh) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process on this directory was first, and its key holds.
            File.Delete(temporary);
        }

        return Read(path);
    }

    private static byte[] Read(string path)
    {
        var key = new byte[33];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), key, out var length) && length == 32
            ? key[..32]
            : throw new InvalidDataException($"{path} does not hold a key of 32 bytes. Restore it from a backup.");
    }
}
