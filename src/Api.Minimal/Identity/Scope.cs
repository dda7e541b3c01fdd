using Microsoft.AspNetCore.Builder;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>What a token allows, or an address asks for. Each one includes all above it.</summary>
public enum Scope
{
    /// <summary>Nothing is asked for, not even who calls.</summary>
    Open,

    /// <summary>A caller who is known, whatever the token allows.</summary>
    SignedIn,

    /// <summary><c>files:read</c>.</summary>
    FilesRead,

    /// <summary><c>files:write</c>.</summary>
    FilesWrite,

    /// <summary><c>tenant:admin</c>.</summary>
    TenantAdmin,

    /// <summary><c>partner:admin</c>: the tenants of the caller's partner.</summary>
    PartnerAdmin,

    /// <summary><c>admin:*</c>: the platform, so what concerns all tenants.</summary>
    PlatformAdmin,

    /// <summary><c>*</c>.</summary>
    Everything,
}

/// <summary>What a token allows.</summary>
/// <param name="Highest">The highest scope it names.</param>
/// <param name="IsExplicit">False: it names none, and <paramref name="Highest"/> is the default for such tokens.</param>
/// <param name="Names">The scopes of applications that it names, in its order.</param>
public sealed record GrantedScope(Scope Highest, bool IsExplicit, IReadOnlyList<string> Names)
{
    /// <summary>Of whoever is alone on their machine.</summary>
    public static GrantedScope Everything { get; } = new(Scope.Everything, true, ["*"]);

    // Asked for by every client that signs somebody in; they say nothing about what the token is for.
    private static readonly HashSet<string> OfOpenIdConnect = new(StringComparer.Ordinal) { "openid", "profile", "email", "offline_access", "address", "phone" };

    /// <summary>Reads the claim <c>scope</c>, separated by spaces.</summary>
    /// <remarks>A scope of another application is one all the same: such a token was not made without a purpose, and gets nothing here by default.</remarks>
    public static GrantedScope Of(string? claim, Scope whenNoneIsNamed)
    {
        var names = (claim ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(name => !OfOpenIdConnect.Contains(name)).ToArray();
        return names.Length == 0
            ? new GrantedScope(whenNoneIsNamed, false, [])
            : new GrantedScope(names.Max(ScopeNames.Parse), true, names);
    }
}

/// <summary>How scopes are written.</summary>
internal static class ScopeNames
{
    internal static Scope Parse(string name) => name switch
    {
        "files:read" => Scope.FilesRead,
        "files:write" => Scope.FilesWrite,
        "tenant:admin" => Scope.TenantAdmin,
        "partner:admin" => Scope.PartnerAdmin,
        "admin:*" => Scope.PlatformAdmin,
        "*" => Scope.Everything,
        _ => Scope.SignedIn,
    };

    internal static string Of(Scope scope) => scope switch
    {
        Scope.FilesRead => "files:read",
        Scope.FilesWrite => "files:write",
        Scope.TenantAdmin => "tenant:admin",
        Scope.PartnerAdmin => "partner:admin",
        Scope.PlatformAdmin => "admin:*",
        Scope.Everything => "*",
        _ => "",
    };
}

/// <summary>Endpoint metadata: what an address asks of its callers. Who has none is closed to everybody.</summary>
/// <param name="Scope">The least that a token must allow.</param>
internal sealed record RequiredScope(Scope Scope);

/// <summary>Says of endpoints and groups of them what they ask for; the innermost word counts.</summary>
internal static class ScopeRequirements
{
    extension<TBuilder>(TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        internal TBuilder RequireScope(Scope scope) => endpoints.WithMetadata(new RequiredScope(scope));

        /// <summary>Open to everybody, without a token.</summary>
        internal TBuilder OpenToAll() => endpoints.RequireScope(Scope.Open);
    }
}
