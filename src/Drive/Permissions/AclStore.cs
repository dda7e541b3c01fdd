using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Lists of permissions on shares, folders and files. A change counts at once, for files and in search.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class AclStore(Database dataSource)
{
    /// <summary>The list of a resource; an empty one that inherits when nothing was ever said.</summary>
    public async Task<AclList> FindAsync(string tenantId, Resource resource, CancellationToken cancellationToken)
    {
        var entries = await ItemRows.AllAsync(dataSource.Command(AclSql.Entries, Arg.Of(tenantId), Arg.Of(resource.Id)), Read, cancellationToken);
        await using var command = dataSource.Command(AclSql.HasBreak, Arg.Of(tenantId), Arg.Of(resource.Id));
        return new(resource.Type != ResourceType.Share && await command.ExecuteScalarAsync(cancellationToken) is false, entries);
    }

    /// <summary>Says something of a principal; what the list allowed, or denied, them before is replaced.</summary>
    /// <returns>Null when the tenant has no such resource or principal.</returns>
    public Task<AclEntry?> SetAsync(
        NpgsqlTransaction transaction, string tenantId, string actorId, Resource resource, AclRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfEqual((int)rule.Permissions, 0);
        return ItemRows.FirstAsync(
            transaction.Command(
                AclSql.Set,
                Arg.Of(tenantId), Arg.Of(resource.TypeText), Arg.Of(resource.Id), Arg.Of(PrefixedId.New("ace")), Arg.Of(TypeOf(rule.Principal)), Arg.Of(IdOf(rule.Principal)),
                Arg.Of(rule.Allows), Arg.Of((int)rule.Permissions), Arg.Of(rule.InheritToChildren), Arg.Of(actorId)),
            Read,
            cancellationToken);
    }

    /// <summary>Takes back what a list allows, or denies, a principal.</summary>
    /// <returns>False when it says nothing of the kind.</returns>
    public async Task<bool> RemoveAsync(
        NpgsqlTransaction transaction, string tenantId, Resource resource, Principal principal, bool allows, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            AclSql.Remove, Arg.Of(tenantId), Arg.Of(resource.Id), Arg.Of(TypeOf(principal)), Arg.Of(IdOf(principal)), Arg.Of(allows));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Whether what is said above a folder or file counts for it, and so for what is below it.</summary>
    /// <param name="transaction">Of the caller.</param>
    /// <param name="tenantId">Whose.</param>
    /// <param name="actorId">Who says so.</param>
    /// <param name="resource">A folder or a file.</param>
    /// <param name="inherits">Whether it counts.</param>
    /// <param name="copyInherited">When it no longer counts: what counted becomes the list's own first. Of what several levels say of one
    /// principal the nearest is kept; of what they say of different ones that mean the same person, denials win from then on.</param>
    /// <param name="cancellationToken">Changes nothing.</param>
    public async Task SetInheritanceAsync(
        NpgsqlTransaction transaction, string tenantId, string actorId, Resource resource, bool inherits, bool copyInherited, CancellationToken cancellationToken)
    {
        if (resource.Type == ResourceType.Share)
            throw new ArgumentException("Nothing is above a share.", nameof(resource));
        if (!inherits && copyInherited)
        {
            foreach (var rule in await InheritedAsync(transaction, tenantId, resource, cancellationToken))
                await SetAsync(transaction, tenantId, actorId, resource, rule, cancellationToken);
        }

        await using var command = inherits
            ? transaction.Command(AclSql.Unbreak, Arg.Of(tenantId), Arg.Of(resource.Id))
            : transaction.Command(AclSql.Break, Arg.Of(tenantId), Arg.Of(resource.TypeText), Arg.Of(resource.Id));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Per principal: the rights that no nearer level speaks of to them, together with what the list itself has of the same kind.
    private static async Task<IEnumerable<AclRule>> InheritedAsync(
        NpgsqlTransaction transaction, string tenantId, Resource resource, CancellationToken cancellationToken)
    {
        var own = await ItemRows.AllAsync(transaction.Command(AclSql.Entries, Arg.Of(tenantId), Arg.Of(resource.Id)), Read, cancellationToken);
        var above = await ItemRows.AllAsync(transaction.Command(AclSql.Inherited, Arg.Of(tenantId), Arg.Of(resource.Id)), Read, cancellationToken);
        var rules = own.ToDictionary(entry => (entry.Rule.Principal, entry.Rule.Allows), entry => entry.Rule);
        var copied = new HashSet<(Principal, bool)>();
        foreach (var rule in above.Select(entry => entry.Rule))
        {
            var spoken = rules.Where(known => known.Key.Principal == rule.Principal).Aggregate(Rights.None, (bits, known) => bits | known.Value.Permissions);
            if ((rule.Permissions & ~spoken) is not Rights.None and var bits)
            {
                var key = (rule.Principal, rule.Allows);
                // One entry for both: children get what is safer, a denial always and a grant only when both reach them.
                rules[key] = rules.TryGetValue(key, out var known)
                    ? known with { Permissions = known.Permissions | bits, InheritToChildren = known.InheritToChildren || !rule.Allows }
                    : rule with { Permissions = bits };
                copied.Add(key);
            }
        }

        return copied.Select(key => rules[key]);
    }

    private static string TypeOf(Principal principal) => principal.Type == PrincipalType.Nobody
        ? throw new ArgumentException("A list speaks of users, groups and everyone.", nameof(principal))
        : principal.TypeText;

    private static string IdOf(Principal principal) => principal.Id ?? "everyone";

    private static AclEntry Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        new(row.GetString(1) == "everyone" ? Principal.Everyone : Principal.Of(row.GetString(1), row.GetString(2)), row.GetBoolean(3), (Rights)row.GetInt32(4), row.GetBoolean(5)),
        row.GetString(6), ItemRows.Time(row, 7));
}
