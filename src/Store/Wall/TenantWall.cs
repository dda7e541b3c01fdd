namespace ScaiDrive.Store;

/// <summary>Which tenant the statements of this flow of control belong to. Inside the wall PostgreSQL itself shows and takes rows of
/// that tenant alone, whatever a statement asks for; outside of it nothing is held back.</summary>
/// <remarks>
/// <para>A request enters as soon as its caller is known. Workers, migrations and what the operator asks about the whole fleet run
/// outside. The wall follows <see langword="await"/> and started tasks, as every <see cref="AsyncLocal{T}"/> does.</para>
/// <para>Work that outlives the request which started it must be started under <see cref="Outside"/>: a statement that is sent on
/// behalf of a request that has ended is refused, because it would do half of its work without anybody noticing.</para>
/// <para>It stands behind the filters of the statements, not instead of them: it holds against a forgotten <c>WHERE</c>, not against
/// somebody who can send statements of his own, who could as well leave the role.</para>
/// </remarks>
public static class TenantWall
{
    /// <summary>The role in which statements inside of the wall run. It cannot sign in, and owns nothing.</summary>
    public const string Role = "scaidrive_tenant";

    /// <summary>The setting of the session that the policies compare <c>tenant_id</c> with.</summary>
    public const string Setting = "scaidrive.tenant_id";

    private static readonly AsyncLocal<Stay?> Here = new();

    /// <summary>From here on statements see the rows of one tenant, until the answer is disposed.</summary>
    public static IDisposable Enter(string tenantId)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        return new Stay(tenantId);
    }

    /// <summary>From here on statements see every row, until the answer is disposed. For what is about the fleet rather than a tenant,
    /// and around the start of work that goes on after the request.</summary>
    public static IDisposable Outside() => new Stay(null);

    /// <summary>The tenant of this flow, or null outside of the wall.</summary>
    /// <exception cref="InvalidOperationException">The request that entered has ended.</exception>
    internal static string? TenantId => Here.Value switch
    {
        null => null,
        { HasEnded: true, TenantId: not null } => throw new InvalidOperationException(
            "A statement was sent on behalf of a request that has ended. Start work that outlives its request under TenantWall.Outside()."),
        var stay => stay.TenantId,
    };

    private sealed class Stay : IDisposable
    {
        private readonly Stay? before;

        internal Stay(string? tenantId)
        {
            TenantId = tenantId;
            before = Here.Value;
            Here.Value = this;
        }

        internal string? TenantId { get; }

        internal bool HasEnded { get; private set; }

        public void Dispose()
        {
            HasEnded = true;
            Here.Value = before;
        }
    }
}
