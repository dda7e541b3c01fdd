using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors.Smb;

/// <summary>The private folder of the agents of one source: configuration, and for Kerberos keytab and tickets.</summary>
/// <remarks>A lock file tells the folder of a process that lives, also one in another container that shares the disk, from one that a crash left.</remarks>
internal sealed class AgentFolder : IDisposable
{
    private const string Start = "scaidrive-smb-";
    private static readonly TimeSpan MadeJustNow = TimeSpan.FromMinutes(1);
    private static int isSwept;

    private readonly FileStream held;

    private AgentFolder(string path, FileStream held) => (FullPath, this.held) = (path, held);

    internal string FullPath { get; }

    internal string ConfigurationFile => Path.Combine(FullPath, "smb.conf");

    internal string KeytabFile => Path.Combine(FullPath, "keytab");

    internal string TicketFile => Path.Combine(FullPath, "tickets");

    internal static AgentFolder Create(SmbSettings settings, SmbSecret secret, TimeProvider time)
    {
        if (Interlocked.Exchange(ref isSwept, 1) == 0)
            Sweep(time);
        var path = Directory.CreateTempSubdirectory(Start).FullName;
        var folder = new AgentFolder(path, new FileStream(LockOf(path), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        Write(folder.ConfigurationFile, Encoding.UTF8.GetBytes(Configuration(settings, path)));
        if (secret.Keytab is not null)
            Write(folder.KeytabFile, secret.Keytab);
        return folder;
    }

    public void Dispose()
    {
        held.Dispose();
        Remove(FullPath);
    }

    /// <summary>Writes a file that only we can read.</summary>
    internal static void Write(string file, byte[] content)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(content);
    }

    private static string Configuration(SmbSettings settings, string folder)
    {
        var text = new StringBuilder("[global]\n");
        Add("workgroup", settings.Domain.Length > 0 && !settings.UsesKerberos ? settings.Domain : "WORKGROUP");
        if (settings.UsesKerberos)
            Add("realm", settings.Realm.Length > 0 ? settings.Realm : settings.Domain.ToUpperInvariant());
        Add("unix charset", "UTF-8");
        Add("client min protocol", settings.EncryptionRequired && settings.MinProtocol.StartsWith("SMB2", StringComparison.Ordinal) ? "SMB3_00" : settings.MinProtocol);
        Add("client max protocol", settings.MaxProtocol);
        Add("client ipc min protocol", settings.MinProtocol);
        Add("client ipc max protocol", settings.MaxProtocol);
        Add("client signing", settings.SigningRequired ? "required" : "if_required");
        Add("client ipc signing", settings.SigningRequired ? "required" : "if_required");
        Add("client smb encrypt", settings.EncryptionRequired ? "required" : "if_required");
        Add("client use kerberos", settings.UsesKerberos ? "required" : "off");
        Add("client NTLMv2 auth", "yes");
        Add("client lanman auth", "no");
        Add("client plaintext auth", "no");
        Add("host msdfs", settings.Dfs ? "yes" : "no");
        Add("name resolve order", "host");
        Add("disable netbios", "yes");
        Add("deadtime", "0");
        foreach (var directory in (string[])["private dir", "lock directory", "state directory", "cache directory", "pid directory"])
            Add(directory, folder);
        return text.ToString();

        void Add(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"  {name} = {value}\n");
    }

    private static void Sweep(TimeProvider time)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Start + "*"))
        {
            try
            {
                // One that another process makes right now has no lock yet.
                if (time.GetUtcNow() - Directory.GetLastWriteTimeUtc(folder) < MadeJustNow)
                    continue;
                using (new FileStream(LockOf(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
                {
                }

                Remove(folder);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Held by its owner, or somebody else's.
            }
        }
    }

    private static string LockOf(string folder) => Path.Combine(folder, "lock");

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What stays goes with the next sweep.
        }
    }
}
