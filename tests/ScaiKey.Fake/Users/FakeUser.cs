namespace ScaiDrive.Tests.ScaiKey.Users;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Id"><c>usr_…</c>.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="Email">Unique in the tenant.</param>
/// <param name="Name">For people.</param>
public sealed record FakeUser(string Id, string TenantId, string Email, string Name)
{
    /// <summary><c>prt_…</c>.</summary>
    public string? PartnerId { get; init; }

    /// <summary><c>grp_…</c>; null: the claim is left out.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>What tokens of theirs may do; empty: no application scope.</summary>
    public string Scope { get; init; } = "";

    /// <summary>A sentence for whoever chooses a user on the sign-in page.</summary>
    public string About { get; init; } = "";

    /// <summary>As ScaiKey knows it: <c>ACTIVE</c>, or something that ends refreshing.</summary>
    public string Status { get; init; } = "ACTIVE";
}
