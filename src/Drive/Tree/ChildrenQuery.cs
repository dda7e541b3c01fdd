using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>The entries of one folder: those of an index when all may be seen, else those that pass the filter.</summary>
internal sealed record ChildrenQuery(Database DataSource, string TenantId, string ParentId, bool IncludeDeleted, ChildrenFilter? Filter)
{
    internal Task<List<ChildItem>> ListAsync(int limit, int offset, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] page = [Arg.Of(TenantId), Arg.Of(ParentId), Arg.Of(limit), Arg.Of(offset)];
        var command = Filter is null
            ? DataSource.Command(IncludeDeleted ? ItemSql.ListAllChildren : ItemSql.ListLiveChildren, page)
            : DataSource.Command(IncludeDeleted ? ItemSql.ListAllVisibleChildren : ItemSql.ListVisibleChildren, [.. page, .. Visible(Filter)]);
        return ItemRows.AllAsync(command, ItemRows.Child, cancellationToken);
    }

    internal async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = Filter is null
            ? DataSource.Command(IncludeDeleted ? ItemSql.CountAllChildren : ItemSql.CountLiveChildren, Arg.Of(TenantId), Arg.Of(ParentId))
            : DataSource.Command(ItemSql.CountVisibleChildren, [Arg.Of(TenantId), Arg.Of(ParentId), Arg.Of(IncludeDeleted), Arg.Of(false), .. Visible(Filter)]);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter[] Visible(ChildrenFilter filter) =>
        [Arg.Of(filter.Plain), Arg.Of([.. filter.Others]), Arg.OfMany(filter.SourceAcls)];
}
