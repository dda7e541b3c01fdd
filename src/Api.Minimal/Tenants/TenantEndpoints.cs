using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Tenants;

/// <summary>The caller's tenant and its settings, the tenants of a partner, and what everybody may know of this server.</summary>
internal static class TenantEndpoints
{
    // Uploads in parts are cut into pieces of this size at most.
    private const long MaxUploadChunkSizeBytes = 5 * 1024 * 1024;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapTenants()
        {
            routes.MapGet("/config", Config).WithTags("Health").WithName("GetConfig").WithSummary("What this server can do, for clients that are not signed in").OpenToAll();
            var tenant = routes.MapGroup("/admin/tenant").WithTags("Admin").RequireScope(Scope.TenantAdmin);
            tenant.MapGet("", GetAsync).WithName("GetTenant").WithSummary("The caller's tenant and its settings");
            tenant.MapPatch("", ChangeAsync).WithName("ChangeTenant").WithSummary("Change some settings of the caller's tenant")
                .WithDescription("What is left out stays. Settings stand at the top or below settings.");
            var partner = routes.MapGroup("/admin/partners/{partner_id}/tenants").WithTags("Admin").RequireScope(Scope.PartnerAdmin);
            partner.MapGet("", ListAsync).WithName("ListPartnerTenants").WithSummary("The tenants of the caller's partner");
            partner.MapPost("", CreateAsync).WithName("CreatePartnerTenant").WithSummary("Make a tenant of the caller's partner");
        }
    }

    internal static Ok<ConfigAnswer> Config(ApiOptions options) => TypedResults.Ok(new ConfigAnswer
    {
        Version = options.Version,
        Features = new FeatureFlags(SemanticSearch: true, ExternalSharing: false, SmbConnector: true, SharepointConnector: false),
        Limits = new UploadLimits(new TenantSettings().MaxFileSizeBytes, MaxUploadChunkSizeBytes),
    });

    internal static async Task<Results<Ok<TenantAnswer>, ErrorResult>> GetAsync(Caller caller, TenantAdmin tenants, CancellationToken cancellationToken) =>
        await tenants.FindAsync(caller.TenantId, cancellationToken) is { } tenant
            ? TypedResults.Ok(TenantAnswer.From(tenant))
            : (ErrorResult)ApiError.NotFound("tenant", caller.TenantId);

    internal static async Task<Results<Ok<TenantAnswer>, ErrorResult>> ChangeAsync(
        [FromBody] TenantPatch body, HttpContext context, Caller caller, TenantAdmin tenants, CancellationToken cancellationToken)
    {
        if (FaultsInside(body) is { Count: > 0 } faults)
            return (ErrorResult)ApiError.Invalid(faults);
        if ((body.EmptyOne ?? body.Settings?.EmptyOne) is { } empty)
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body", empty], $"{empty} cannot be null.", "value_error"));
        var settings = new Dictionary<string, object?>(body.Named);
        foreach (var (name, value) in body.Settings?.Named ?? new Dictionary<string, object?>())
            settings[name] = value;
        if (settings.ContainsKey(SettingsPatch.CeilingName) && context.Features.Get<GrantedScope>()?.Highest < Scope.PartnerAdmin)
            return (ErrorResult)ApiError.Denied($"{SettingsPatch.CeilingName} is set by the partner who looks after the tenant (partner:admin).");
        if (settings.Count == 0 && body.DisplayName is null)
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body"], "Name at least one setting to change.", "missing"));
        return await tenants.ChangeAsync(caller, body.DisplayName?.Trim(), settings, cancellationToken) is { } tenant
            ? TypedResults.Ok(TenantAnswer.From(tenant))
            : (ErrorResult)ApiError.NotFound("tenant", caller.TenantId);
    }

    internal static async Task<Results<Ok<TenantsAnswer>, ErrorResult>> ListAsync(
        [FromRoute(Name = "partner_id")] string partnerId, Caller caller, TenantAdmin tenants, CancellationToken cancellationToken,
        [Range(1, 1000)] int limit = 100, [Range(0, 1_000_000)] int offset = 0)
    {
        if (!LooksAfter(caller, partnerId))
            return (ErrorResult)ApiError.NotFound("partner", partnerId);
        var (page, total) = await tenants.ListAsync(partnerId, limit, offset, cancellationToken);
        return TypedResults.Ok(new TenantsAnswer { Tenants = [.. page.Select(TenantAnswer.From)], Total = total });
    }

    internal static async Task<Results<Created<TenantAnswer>, ErrorResult>> CreateAsync(
        [FromRoute(Name = "partner_id")] string partnerId, [FromBody] TenantBody body, Caller caller, TenantAdmin tenants, CancellationToken cancellationToken)
    {
        if (!LooksAfter(caller, partnerId))
            return (ErrorResult)ApiError.NotFound("partner", partnerId);
        // Whoever chooses an id could choose one that ScaiKey has given to somebody else.
        if (body.Id is not null && !caller.IsOperator)
            return (ErrorResult)ApiError.Denied("Only the platform's own people may choose the id of a tenant. Leave it out to get a new one.");
        return await tenants.CreateAsync(caller, partnerId, body.Id, body.Name!.Trim(), body.DisplayName?.Trim(), cancellationToken) is { } made
            ? TypedResults.Created($"/api/v1/admin/partners/{partnerId}/tenants", TenantAnswer.From(made))
            : (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"The id {body.Id} is taken.");
    }

    /// <summary>What is wrong below the top of the body, where nobody has looked yet.</summary>
    private static List<FieldFault> FaultsInside(TenantPatch body) =>
    [
        .. body.Settings is { } inner ? RequestValidation.Faults(inner, "body", "settings") : [],
        .. new (RatesBody? Rates, string Name)[]
        {
            (body.RateLimits, "rate_limits"), (body.RateLimitCeiling, SettingsPatch.CeilingName),
            (body.Settings?.RateLimits, "rate_limits"), (body.Settings?.RateLimitCeiling, SettingsPatch.CeilingName),
        }.SelectMany(part => part.Rates is { } rates ? RequestValidation.Faults(rates, "body", part.Name) : []),
    ];

    private static bool LooksAfter(Caller caller, string partnerId) =>
        TokenClaims.IsId(partnerId, "prt_") && (caller.IsOperator || caller.PartnerId == partnerId);
}
