using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;

namespace ScaiDrive.Jobs;

/// <summary>Answers why a file is not found, also for one that nobody has heard of.</summary>
public sealed class FileExplainer(
    DriveStore drive, AccessControl access, ConnectorStore connectors, IdentityMappings mappings, IndexedFileExplainer indexed, AbsentFileExplainer absent)
{
    /// <summary>The answer as of now. Whoever may not read a file learns as much about it as about one that never was.</summary>
    public async Task<FileExplanation> ExplainAsync(Caller caller, WhyQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(question);
        try
        {
            var (file, share) = await FindAsync(caller.TenantId, question, cancellationToken);
            // A share in the trash hides its files from everybody but those to whom all of them belong.
            if (!caller.HasAllRights && !(file is not null && (await access.RightsOfAsync(caller, Resource.File(file.Id), cancellationToken)).HasFlag(Rights.Read)))
                return AbsentFileExplainer.Unknown(question);
            if (share is null or { IsDeleted: true } || file is null or { IsDeleted: true })
                return await absent.ExplainAsync(caller, question, share, file, cancellationToken);
            if (question.UserId is { } userId && userId != caller.UserId && await HiddenAsync(caller.TenantId, userId, file, cancellationToken) is { } hidden)
                return new() { File = file, Causes = [hidden] };
            return await indexed.ExplainAsync(file, cancellationToken);
        }
        catch (InvalidNameException fault)
        {
            return new() { Causes = [WhyCause.Of(WhyCodes.PathInvalid, fault.Message)] };
        }
    }

    private async Task<(DriveFile? File, Share? Share)> FindAsync(string tenantId, WhyQuestion question, CancellationToken cancellationToken)
    {
        if (question.FileId is { } id)
        {
            var byId = await drive.FindFileAsync(tenantId, id, cancellationToken);
            return (byId, byId is null ? null : await drive.FindShareAsync(tenantId, byId.ShareId, cancellationToken));
        }

        var share = await drive.FindShareAsync(tenantId, question.ShareId!, cancellationToken);
        var byPath = share is null
            ? null
            : await drive.FindFileByPathAsync(tenantId, share.Id, question.Path!, cancellationToken)
              ?? await drive.FindTrashedByPathAsync(tenantId, share.Id, question.Path!, cancellationToken);
        return (byPath, share);
    }

    private async Task<WhyCause?> HiddenAsync(string tenantId, string userId, DriveFile file, CancellationToken cancellationToken) =>
        await drive.FindCallerAsync(tenantId, userId, cancellationToken) switch
        {
            null => WhyCause.Of(WhyCodes.HiddenByPermissions, $"There is no active user {userId}."),
            var user => await access.ExplainAsync(user, file, cancellationToken) switch
            {
                { Rule: ReadRule.Admitted } => null,
                { Rule: ReadRule.Drive, Denied: { } list } => WhyCause.Of(
                    WhyCodes.HiddenByPermissions, $"{userId} may not read {file.Path}: the permissions of {list} deny it."),
                { Rule: ReadRule.Drive } => WhyCause.Of(
                    WhyCodes.HiddenByPermissions, $"{userId} may not read {file.Path}: they have no role in its share, and no permissions give it to them."),
                { SourceId: null } => WhyCause.Of(
                    WhyCodes.HiddenByPermissions, $"{userId} may not read {file.Path}: its permissions at the source are not known."),
                var verdict => await HiddenBySourceAsync(tenantId, userId, file, verdict, cancellationToken),
            },
        };

    private async Task<WhyCause> HiddenBySourceAsync(string tenantId, string userId, DriveFile file, ReadVerdict verdict, CancellationToken cancellationToken)
    {
        var source = await connectors.FindAsync(tenantId, verdict.SourceId!, cancellationToken);
        var what = verdict.Rule == ReadRule.SourceShare ? "of the whole share" : "of the file";
        var (where, reason) = (source?.Name ?? verdict.SourceId, await ReasonAsync(tenantId, verdict, cancellationToken));
        return WhyCause.Of(WhyCodes.HiddenByPermissions, $"{userId} may not read {file.Path}: {reason} in the permissions {what} at {where}.") with { ConnectorId = verdict.SourceId };
    }

    private async Task<string> ReasonAsync(string tenantId, ReadVerdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Entry is not { } entry)
            return "no entry lets them in,";
        if (entry.Trustee == SourceAclEntry.Everybody)
            return "an entry denies everyone";
        var names = await mappings.NamesAsync(tenantId, verdict.SourceId!, [entry.Trustee], cancellationToken);
        var named = names.TryGetValue(entry.Trustee, out var name) ? $"{name} ({entry.Trustee})" : entry.Trustee;
        return verdict.IsUnmapped ? $"an entry denies {named}, who is not mapped and so may be anybody," : $"an entry denies {named}";
    }
}
