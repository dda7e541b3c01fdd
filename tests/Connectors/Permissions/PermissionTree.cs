using System.Collections.Concurrent;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>Permissions of a tree, kept in memory beside it. A change of them moves the time of the entry, as a server does.</summary>
internal sealed class PermissionTree(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, string> descriptors = new(StringComparer.Ordinal);
    private bool toggle;

    internal const string ForAll = "O:BAD:(A;;FA;;;WD)";

    internal ConcurrentQueue<string> Read { get; } = new();

    internal ConcurrentQueue<string> Asked { get; } = new();

    internal string? OfShare { get; set; } = ForAll;

    internal Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Principals that the server cannot be asked about.</summary>
    internal HashSet<string> NotAskable { get; } = new(StringComparer.Ordinal);

    /// <summary>Files whose permissions the server refuses to tell.</summary>
    internal HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    internal void Set(string path, string sddl)
    {
        descriptors[path] = sddl;
        // Any change of the mode will do.
        toggle = !toggle;
        File.SetUnixFileMode(tree.At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | (toggle ? UnixFileMode.GroupRead : UnixFileMode.OtherRead));
    }

    /// <summary>As a server whose clock stands still: nothing shows that it happened.</summary>
    internal void SetUnseen(string path, string sddl) => descriptors[path] = sddl;

    internal IConnectorSource Through(IConnectorSource inner) => new Source(inner, this);

    private sealed class Source(IConnectorSource inner, PermissionTree tree) : SourceDecorator(inner), ISourceWithPermissions
    {
        public Task<string> ReadPermissionsAsync(string path, CancellationToken cancellationToken)
        {
            tree.Read.Enqueue(path);
            return tree.Refused.Contains(path)
                ? throw new SourceEntryException(path, new SourceFault(ProblemCodes.AccessDenied, "NT_STATUS_ACCESS_DENIED"))
                : Task.FromResult(tree.descriptors.GetValueOrDefault(path, ForAll));
        }

        public Task<string?> ReadSharePermissionsAsync(CancellationToken cancellationToken) => Task.FromResult(tree.OfShare);

        public Task<IReadOnlyDictionary<string, string?>> ResolvePrincipalsAsync(IReadOnlyCollection<string> sids, CancellationToken cancellationToken)
        {
            foreach (var sid in sids)
                tree.Asked.Enqueue(sid);
            return Task.FromResult<IReadOnlyDictionary<string, string?>>(
                sids.Where(sid => !tree.NotAskable.Contains(sid)).ToDictionary(sid => sid, tree.Names.GetValueOrDefault));
        }
    }
}
