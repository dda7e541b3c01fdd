using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Makes the files of consecutive adds at once, when the first of them comes up: one by one each costs two round trips. A file that is
/// refused is tried again alone when its turn comes, where what is in its way is dealt with.</summary>
internal sealed class AddsAhead(BatchWriter writer, DriveWriter drive)
{
    private readonly Dictionary<PendingFile, DriveFile> made = [];
    private int lookedUntil;

    /// <summary>To be told of every write of the batch before it is applied.</summary>
    internal async Task LookAsync(IReadOnlyList<PendingWrite> writes, int at, CancellationToken cancellationToken)
    {
        if (at < lookedUntil)
            return;
        var adds = new List<PendingFile>();
        for (lookedUntil = at; lookedUntil < writes.Count && writes[lookedUntil] is PendingFile { IsPlainAdd: true } file; lookedUntil++)
        {
            if (await writer.PlaceAsync(file.Parent, cancellationToken))
                adds.Add(file);
        }

        if (adds.Count < 2)
            return;
        var files = adds.ConvertAll(writer.NewFileOf);
        foreach (var (file, outcome) in adds.Zip(await drive.CreateFilesAsync(files[0].ShareId, files, cancellationToken)))
        {
            if (outcome.File is not null)
                made.Add(file, outcome.File);
        }
    }

    /// <summary>The file of an add, when it was made ahead.</summary>
    internal DriveFile? Take(PendingFile file) => made.Remove(file, out var created) ? created : null;
}
