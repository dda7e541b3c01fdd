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
        {
            var key = Convert.FromBase64String(File.ReadAllText(path).Trim());
            return key.Length == 32 ? key : throw new InvalidDataException($"{path} does not hold a key of 32 bytes. Restore it from a backup.");
        }

        var fresh = RandomNumberGenerator.GetBytes(32);
        var temporary = path + ".new";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(fresh) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        return fresh;
    }
}
