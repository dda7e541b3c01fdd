using System.Buffers.Text;
using System.Text;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Paths as the library wants them: a URL with everything encoded that could mean something else, ended by a zero byte.</summary>
internal sealed class ShareUrl(string server, string share, string basePath)
{
    private readonly byte[] start = Encoding.ASCII.GetBytes(
        $"smb://{(server.Contains(':', StringComparison.Ordinal) ? $"[{server}]" : server)}/{Encode(share)}{(basePath.Length == 0 ? "" : $"/{Encode(basePath)}")}");

    /// <summary>The URL of a path from the root.</summary>
    internal byte[] Of(ReadOnlySpan<byte> path)
    {
        var url = new byte[start.Length + 1 + (path.Length * 3) + 1];
        start.CopyTo(url, 0);
        var length = start.Length;
        if (!path.IsEmpty)
        {
            url[length++] = (byte)'/';
            length += Encode(path, url.AsSpan(length));
        }

        return url[..(length + 1)];
    }

    private static string Encode(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var encoded = new byte[bytes.Length * 3];
        return Encoding.ASCII.GetString(encoded, 0, Encode(bytes, encoded));
    }

    private static int Encode(ReadOnlySpan<byte> path, Span<byte> target)
    {
        var length = 0;
        foreach (var one in path)
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'/' or (byte)'.' or (byte)'-' or (byte)'_')
            {
                target[length++] = one;
            }
            else
            {
                target[length++] = (byte)'%';
                Utf8Formatter.TryFormat(one, target[length..], out var written, new System.Buffers.StandardFormat('X', 2));
                length += written;
            }
        }

        return length;
    }
}
