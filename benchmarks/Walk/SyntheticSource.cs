using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ScaiDrive.Connectors;

namespace ScaiDrive.Bench.Walk;

/// <summary>A source of any number of files that exist nowhere: a thousand to a directory, all directories in the root. What a pass over it costs
/// is the comparison alone.</summary>
internal sealed class SyntheticSource(long files) : IConnectorSource, IConnectorType
{
    internal const int FilesPerDirectory = 1_000;
    internal const long ModifiedNs = 1_700_000_000_000_000_000;

    internal long Directories => (files + FilesPerDirectory - 1) / FilesPerDirectory;

    /// <summary>A share of the files is no longer there: every so many-th; 0 is none.</summary>
    internal int MissingEvery { get; set; }

    public string Name => "synthetic";

    public void Check(JsonElement settings, SyncRules rules, string? secret)
    {
    }

    public IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret) => this;

    public Task<string> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult("root");

    public async IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var from = fromName is null ? -1 : NumberOf(fromName);
        if (directory.Length == 0)
        {
            for (var number = Math.Max(0, from); number < Directories; number++)
                yield return DirectoryEntry(number);
            yield break;
        }

        var first = NumberOf(directory) * FilesPerDirectory;
        for (var number = Math.Max(first, from); number < Math.Min(files, first + FilesPerDirectory); number++)
        {
            if (MissingEvery == 0 || number % MissingEvery != 0)
                yield return FileEntry(number);
        }
    }

    public Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken)
    {
        var number = NumberOf(SourcePath.NameOf(path));
        var isDirectory = !path.Contains('/', StringComparison.Ordinal);
        return Task.FromResult(
            isDirectory ? DirectoryEntry(number)
            : MissingEvery > 0 && number % MissingEvery == 0 ? null
            : FileEntry(number));
    }

    public Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) =>
        throw new SourceEntryException(path, new SourceFault(ProblemCodes.ReadFailed, "A synthetic file has no content."));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static SourceEntry DirectoryEntry(long number) => Entry($"d{number:D8}", SourceEntryKind.Directory, $"d{number}", 0);

    private static SourceEntry FileEntry(long number) =>
        Entry($"d{number / FilesPerDirectory:D8}/f{number:D10}", SourceEntryKind.File, $"f{number}", number);

    private static SourceEntry Entry(string path, SourceEntryKind kind, string identity, long size) =>
        new(path, kind, identity, IdentityIsLasting: true, size, ModifiedNs, ModifiedNs);

    private static long NumberOf(string name) => long.Parse(name.AsSpan(1), CultureInfo.InvariantCulture);
}
