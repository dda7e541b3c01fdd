using System.Text;
using ScaiDrive.Drive;

namespace ScaiDrive.Jobs;

/// <summary>Explains a file that is not in the drive: in the trash, under a similar path, left out or not reached by a connector, or nowhere.</summary>
public sealed class AbsentFileExplainer(DriveStore drive, ConnectorExplainer connectors)
{
    private const int MostSimilar = 5;
    private const int MostChildren = 10_000;

    internal static FileExplanation Unknown(WhyQuestion question) =>
        new() { Causes = [WhyCause.Of(WhyCodes.FileUnknown, $"There is no file {question.FileId ?? question.Path}.")] };

    internal async Task<FileExplanation> ExplainAsync(
        Caller caller, WhyQuestion question, Share? share, DriveFile? trashed, CancellationToken cancellationToken)
    {
        if (share is null)
        {
            return question.FileId is null
                ? new() { Causes = [WhyCause.Of(WhyCodes.ShareUnknown, $"There is no share {question.ShareId}.")] }
                : Unknown(question);
        }

        if (share.IsDeleted)
            return new() { Causes = [WhyCause.Of(WhyCodes.ShareDeleted, $"The share {share.Name} is in the trash.")] };
        var path = trashed?.Path ?? question.Path!;
        var mirrors = await connectors.FindAsync(caller.TenantId, share.Id, path, cancellationToken);
        List<WhyCause> causes = [];
        if (trashed is not null)
        {
            causes.Add(WhyCause.Of(WhyCodes.Deleted, $"{path} is in the trash.") with
            {
                Since = await drive.FindDeletedAtAsync(caller.TenantId, trashed.Id, cancellationToken),
            });
        }

        foreach (var similar in await SimilarAsync(caller.TenantId, share.Id, ItemPath.Split(path), cancellationToken))
            causes.Add(WhyCause.Of(WhyCodes.SimilarPath, $"There is {similar}.") with { Path = similar });
        causes.AddRange(mirrors.Causes);
        if (causes.Count == 0)
            causes.Add(WhyCause.Of(WhyCodes.FileUnknown, $"There is no file {path} in {share.Name}, and no connector mirrors into that place."));
        return new() { Causes = causes, Connectors = mirrors.Connectors };
    }

    // Goes down by the names as they are written, and where one is not there, by those that look alike.
    private async Task<IReadOnlyList<string>> SimilarAsync(string tenantId, string shareId, string[] names, CancellationToken cancellationToken)
    {
        List<(string? FolderId, string Path)> reached = [(null, "")];
        for (var step = 0; step < names.Length && reached.Count > 0; step++)
        {
            var isLast = step == names.Length - 1;
            var next = new List<(string?, string)>();
            foreach (var (folderId, path) in reached)
            {
                foreach (var child in await AlikeAsync(tenantId, shareId, folderId, names[step], isLast, cancellationToken))
                    next.Add((child.Id, $"{path}/{child.Name}"));
            }

            reached = [.. next.Take(MostSimilar)];
        }

        return [.. reached.Select(one => one.Path).Where(path => path != "/" + string.Join('/', names))];
    }

    private async Task<List<ChildItem>> AlikeAsync(
        string tenantId, string shareId, string? folderId, string name, bool files, CancellationToken cancellationToken)
    {
        var alike = new List<ChildItem>();
        for (var offset = 0; offset < MostChildren; offset += DriveStore.MaxChildrenPerPage)
        {
            var page = await drive.ListChildrenAsync(tenantId, shareId, folderId, includeDeleted: false, DriveStore.MaxChildrenPerPage, offset, cancellationToken);
            alike.AddRange(page.Items.Where(child => child.Kind == ItemKind.File == files && Folded(child.Name) == Folded(name)));
            if (page.Items.Count < DriveStore.MaxChildrenPerPage)
                break;
        }

        return alike.Exists(child => child.Name == name) ? [.. alike.Where(child => child.Name == name)] : alike;
    }

    // Compatibility forms too: a ligature or a full-width letter looks like the plain one.
    private static string Folded(string name) => name.Normalize(NormalizationForm.FormKC).ToUpperInvariant();
}
