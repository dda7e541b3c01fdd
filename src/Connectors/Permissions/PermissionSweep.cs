using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Makes the part of a pass that reads permissions.</summary>
public sealed class PermissionSweeps(Database dataSource, SourceAcls acls, IdentityMappings mappings, TimeProvider time)
{
    internal PermissionSweep Of(SyncPass pass) =>
        new(pass, new SweepRows(dataSource, pass.Connector.TenantId, pass.Connector.Id), acls, mappings, time);
}

/// <summary>Brings who may read the files of a share in step with the permissions at their source.</summary>
/// <remarks>
/// <para>Read are the files that moved since their permissions were read, those in the directories that the source told of, and, every
/// <see cref="SyncRules.PermissionSweepHours"/>, all of them, over as many runs as it takes. Windows moves <see cref="SourceEntry.ChangedNs"/> with the
/// permissions; Samba does not (it repeats the time of writing), so there one full reading follows the other. Each page of files is one transaction,
/// so another attempt goes on where the last commit was.</para>
/// <para>A file is made with the list that lets nobody in, and so found by nobody before its permissions are known; one that gets new
/// content is given that list again. Permissions that cannot be read are
/// an error of that item; the list last read stays, and without one nobody is let in. Such a file is asked for again by the next pass, or, when nothing
/// shows that it moved, by the next full reading.</para>
/// </remarks>
internal sealed class PermissionSweep(SyncPass pass, SweepRows rows, SourceAcls acls, IdentityMappings mappings, TimeProvider time)
{
    private DateTimeOffset beganAt;

    private string TenantId => pass.Connector.TenantId;

    private string ConnectorId => pass.Connector.Id;

    private bool IsWanted => pass.Connector.Rules.SyncPermissions;

    /// <summary>Before anything is written: new files are hidden from here on, when permissions count.</summary>
    /// <exception cref="ConnectorException">The source has no permissions to read.</exception>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!IsWanted || pass.Run.IsDryRun)
            return;
        if (pass.Source is not ISourceWithPermissions)
        {
            throw new ConnectorException(
                ConnectorCodes.InvalidSettings, "sync_permissions is on, but this kind of source has no permissions that can be read. Switch it off, or connect the files over SMB.");
        }

        beganAt = time.GetUtcNow();
        await rows.BeginAsync(beganAt, await DueBeforeAsync(cancellationToken), cancellationToken);
        pass.AclOfNewFiles = (await acls.InternAsync(TenantId, ConnectorId, [SourceAcl.Nobody], cancellationToken))[0];
    }

    /// <summary>After everything that was found is in the share.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (pass.Run.IsDryRun)
            return;
        if (!IsWanted)
        {
            await ForgetAsync(cancellationToken);
            return;
        }

        var source = (ISourceWithPermissions)pass.Source;
        var reader = new PermissionReader(source, pass.Snapshot, pass.Connector.Rules.ParallelFiles);
        await ReadShareAsync(source, cancellationToken);
        await foreach (var page in rows.MovedAsync(cancellationToken))
            await TakeAsync(await reader.ReadAsync(page, cancellationToken), null, cancellationToken);
        if (pass.Run.Scope is { } scope)
            await ReadScopeAsync(reader, scope, cancellationToken);
        else
            await ReadAgainAsync(reader, cancellationToken);
        await NameAsync(source, cancellationToken);
    }

    /// <summary>A full reading that began then or earlier is followed by another.</summary>
    private async Task<DateTimeOffset> DueBeforeAsync(CancellationToken cancellationToken) =>
        // Not with a run that looks at parts only: somebody waits for those.
        pass.Run.Scope is not null ? DateTimeOffset.MinValue
        : await rows.TellsChangesAsync(cancellationToken) ? beganAt - TimeSpan.FromHours(pass.Connector.Rules.PermissionSweepHours)
        : beganAt;

    private async Task ReadShareAsync(ISourceWithPermissions source, CancellationToken cancellationToken)
    {
        SourceAcl? acl = null;
        var reason = "The server does not tell the permissions of the share.";
        try
        {
            if (await source.ReadSharePermissionsAsync(cancellationToken) is { } text)
                acl = ReadingList.Of(SecurityDescriptor.Parse(text));
        }
        catch (Exception fault) when (fault is SourceEntryException or FormatException)
        {
            reason = fault.Message;
        }

        if (acl is null)
        {
            // What was read of it once goes on to apply.
            pass.AddNote("", new SourceFault(ProblemCodes.SharePermissionsUnknown, reason));
            return;
        }

        await pass.CommitAsync((_, snapshot) => acls.SetShareAclAsync(snapshot.Transaction, TenantId, ConnectorId, acl, cancellationToken), cancellationToken);
    }

    /// <summary>Reads again what lies in the directories that the run looks at: that something changed there may mean permissions alone. All of it,
    /// however much: nothing else would tell of a right that was taken away.</summary>
    private async Task ReadScopeAsync(PermissionReader reader, IReadOnlyList<SyncScope> scope, CancellationToken cancellationToken)
    {
        foreach (var part in scope)
        {
            if (await FindDirectoryAsync(part.Directory, cancellationToken) is not { } directory)
                continue;
            await foreach (var page in rows.InDirectoryAsync(directory, part.IsRecursive, beganAt, cancellationToken))
                await TakeAsync(await reader.ReadAsync(page, cancellationToken), null, cancellationToken);
        }
    }

    private async Task<long?> FindDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        var id = Snapshot.Root;
        foreach (var name in SourcePath.Parts(path))
        {
            if (await pass.Snapshot.AtPlaceAsync(id, name, cancellationToken) is not { IsDirectory: true } row)
                return null;
            id = row.Id;
        }

        return id;
    }

    /// <summary>Goes on with the full reading, as far as one run takes it.</summary>
    private async Task ReadAgainAsync(PermissionReader reader, CancellationToken cancellationToken)
    {
        if (await rows.FindAsync(cancellationToken) is not { IsFinished: false } sweep)
            return;
        var (left, last) = (pass.Options.PermissionsPerRun, sweep.AfterId);
        await foreach (var page in rows.ReadBeforeAsync(sweep.AfterId, sweep.StartedAt, cancellationToken))
        {
            last = page[^1].RowId;
            await TakeAsync(await reader.ReadAsync(page, cancellationToken), last, cancellationToken);
            if ((left -= page.Count) <= 0)
                return;
        }

        await pass.CommitAsync((_, snapshot) => rows.SaveProgressAsync(snapshot.Transaction, last, time.GetUtcNow(), cancellationToken), cancellationToken);
    }

    /// <summary>Writes what was read of some files: to Drive, which tells the index, and to the snapshot.</summary>
    private async Task TakeAsync(List<ReadPermissions> read, long? progress, CancellationToken cancellationToken)
    {
        foreach (var one in read.Where(one => one.Acl is null))
            pass.AddError(one.Path, new SourceFault(ProblemCodes.PermissionsUnreadable, $"Its permissions cannot be read: {one.Fault}"));
        var known = read.Where(one => one.Acl is not null).ToList();
        var ids = await acls.InternAsync(TenantId, ConnectorId, [.. known.Select(one => one.Acl!)], cancellationToken);
        var found = known.Zip(ids, (one, id) => (one.Row, Acl: id)).ToList();
        // Nothing was ever read of these: nobody is let in.
        var hidden = read.Where(one => one is { Acl: null, Row.AclId: null }).Select(one => KeyValuePair.Create(one.Row.FileId, pass.AclOfNewFiles));
        await pass.CommitAsync(
            async (drive, snapshot) =>
            {
                await drive.SetSourceAclsAsync([.. found.Select(one => KeyValuePair.Create(one.Row.FileId, (long?)one.Acl)), .. hidden], cancellationToken);
                await rows.SaveReadAsync(snapshot.Transaction, found, time.GetUtcNow(), cancellationToken);
                if (progress is { } afterId)
                    await rows.SaveProgressAsync(snapshot.Transaction, afterId, null, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Asks for the names of those who are named for the first time, and finds out who they are here.</summary>
    private async Task NameAsync(ISourceWithPermissions source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = now - TimeSpan.FromHours(pass.Connector.Rules.PermissionSweepHours);
        await mappings.LearnNamesAsync(TenantId, ConnectorId, source, since, now, cancellationToken);
        await pass.CommitAsync((_, snapshot) => mappings.FindMatchesAsync(snapshot.Transaction, TenantId, ConnectorId, cancellationToken), cancellationToken);
    }

    /// <summary>The permissions of the source count no more: ScaiDrive alone decides from here on.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if (await rows.FindAsync(cancellationToken) is null)
            return;
        await foreach (var page in rows.AllAsync(cancellationToken))
        {
            await pass.CommitAsync(
                async (drive, snapshot) =>
                {
                    await drive.SetSourceAclsAsync([.. page.Select(row => KeyValuePair.Create(row.FileId, (long?)null))], cancellationToken);
                    await rows.SaveUnreadAsync(snapshot.Transaction, page, cancellationToken);
                },
                cancellationToken);
        }

        await pass.CommitAsync(
            async (_, snapshot) =>
            {
                await acls.SetShareAclAsync(snapshot.Transaction, TenantId, ConnectorId, null, cancellationToken);
                await rows.ForgetAsync(snapshot.Transaction, cancellationToken);
            },
            cancellationToken);
    }
}
