using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>An admin's view of the policies: which files are indexed how, and what a change of that comes to.</summary>
internal static class PolicyEndpoints
{
    private const string Effect = "The answer says what the change causes and names the job that does it, in low: exactly the files it affects follow. Search answers from the "
        + "old vectors until every file has the new ones. With dry_run=true nothing is changed.";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapPolicies()
        {
            var policies = routes.MapGroup("/vectorization/policies").WithTags("Vectorization").RequireScope(Scope.TenantAdmin);
            policies.MapGet("", ListAsync).WithName("ListVectorizationPolicies").WithSummary("The policies in the order in which they are asked; the first that matches a file decides");
            policies.MapPost("", CreateAsync).WithName("CreateVectorizationPolicy").WithSummary("Say which files are indexed, how, and by which provider").WithDescription(Effect);
            policies.MapGet("/{policy_id}", GetAsync).WithName("GetVectorizationPolicy").WithSummary("One policy");
            policies.MapPatch("/{policy_id}", ChangeAsync).WithName("ChangeVectorizationPolicy").WithSummary("Change some fields of a policy, its place among the others included")
                .WithDescription("Takes the fields of CreateVectorizationPolicy. A field that is given replaces the present one, null takes it away, and what is left out stays. "
                    + "The default policy keeps matching every file and stands last. " + Effect);
            policies.MapDelete("/{policy_id}", DeleteAsync).WithName("DeleteVectorizationPolicy").WithSummary("Take a policy away; its files follow the next one that matches").WithDescription(Effect);
            routes.MapGet("/vectorization/indexes", IndexesAsync).RequireScope(Scope.TenantAdmin).WithTags("Vectorization").WithName("ListVectorIndexes")
                .WithSummary("The models there are vectors of, which of them answer searches, and how far those being built are");
        }
    }

    internal static async Task<Results<Ok<PoliciesAnswer>, ErrorResult>> ListAsync(Caller caller, PolicyStore policies, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var list = await policies.ListAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new PoliciesAnswer { Policies = [.. list.Policies.Select(policy => PolicyAnswer.From(list, policy))], Total = list.Policies.Count });
    }

    internal static async Task<Results<Ok<PolicyAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "policy_id")] string policyId, Caller caller, PolicyStore policies, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var list = await policies.ListAsync(caller.TenantId, cancellationToken);
        return list.Policies.FirstOrDefault(policy => policy.Rule.Id == policyId) is { } found
            ? TypedResults.Ok(PolicyAnswer.From(list, found))
            : (ErrorResult)ApiError.NotFound("policy", policyId);
    }

    internal static async Task<Results<Created<PolicyChangeAnswer>, Ok<PolicyChangeAnswer>, ErrorResult>> CreateAsync(
        [FromBody] PolicyBody body, Caller caller, PolicyChanges changes, EmbeddingProviders providers, DriveStore drive, TimeProvider time,
        CancellationToken cancellationToken, [FromQuery(Name = "dry_run")] bool dryRun = false)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        if (await FaultAsync(body, caller, providers, drive, cancellationToken) is { } fault)
            return (ErrorResult)ApiError.Invalid(fault);
        var (id, at) = (PrefixedId.New("pol"), time.GetUtcNow());
        try
        {
            var change = await changes.ChangeAsync(caller, id, list => list.Add(id, body.ToWish(), at), dryRun, cancellationToken);
            var answer = PolicyChangeAnswer.From(change, id, dryRun);
            return dryRun ? TypedResults.Ok(answer) : TypedResults.Created($"/api/v1/vectorization/policies/{id}", answer);
        }
        catch (PolicyException refusal)
        {
            return (ErrorResult)Refused(refusal, id);
        }
    }

    internal static async Task<Results<Ok<PolicyChangeAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "policy_id")] string policyId, [FromBody] JsonObject body, Caller caller, PolicyChanges changes, PolicyStore policies,
        EmbeddingProviders providers, DriveStore drive, TimeProvider time, CancellationToken cancellationToken, [FromQuery(Name = "dry_run")] bool dryRun = false)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var at = time.GetUtcNow();
        try
        {
            var present = (await policies.ListAsync(caller.TenantId, cancellationToken)).Find(policyId);
            var wanted = PolicyBody.From(present).With(body);
            if (RequestValidation.Faults(wanted, "body") is { Count: > 0 } faults)
                return (ErrorResult)ApiError.Invalid(faults);
            if (await FaultAsync(wanted, caller, providers, drive, cancellationToken) is { } fault)
                return (ErrorResult)ApiError.Invalid(fault);
            // Joined with the policy as it is when it is held, so that two changes of different fields both stay.
            var change = await changes.ChangeAsync(
                caller, policyId, list => list.Change(policyId, PolicyBody.From(list.Find(policyId)).With(body).ToWish(), at), dryRun, cancellationToken);
            return TypedResults.Ok(PolicyChangeAnswer.From(change, policyId, dryRun));
        }
        catch (PolicyException refusal)
        {
            return (ErrorResult)Refused(refusal, policyId);
        }
        catch (JsonException fault)
        {
            string[] field = fault.Path?.TrimStart('$').Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return (ErrorResult)ApiError.Invalid(fault.Message.Contains("could not be mapped", StringComparison.Ordinal)
                ? new FieldFault(["body", .. field], "There is no such member here.", "unknown")
                : new FieldFault(["body", .. field], "The value has the wrong type.", "type_error"));
        }
    }

    internal static async Task<Results<NoContent, Ok<PolicyChangeAnswer>, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "policy_id")] string policyId, Caller caller, PolicyChanges changes, CancellationToken cancellationToken,
        [FromQuery(Name = "dry_run")] bool dryRun = false)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        try
        {
            var change = await changes.ChangeAsync(caller, policyId, list => list.Remove(policyId), dryRun, cancellationToken);
            return dryRun ? TypedResults.Ok(PolicyChangeAnswer.From(change, null, dryRun)) : TypedResults.NoContent();
        }
        catch (PolicyException refusal)
        {
            return (ErrorResult)Refused(refusal, policyId);
        }
    }

    internal static async Task<Results<Ok<VectorIndexesAnswer>, ErrorResult>> IndexesAsync(
        Caller caller, EmbeddingProviders providers, VectorSpaceProgress progress, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var rules = await providers.ReadRulesAsync(caller.TenantId, cancellationToken);
        var counts = await progress.CountAsync(caller.TenantId, rules, cancellationToken);
        return TypedResults.Ok(new VectorIndexesAnswer
        {
            Indexes = [.. counts.Select(count => new VectorIndexItem
            {
                Model = count.Space.Model,
                ProviderId = rules.ProviderOf(count.Space)?.Id,
                State = count.Space.IsServing ? "serving" : "building",
                IsWanted = count.IsWanted,
                FilesDone = count.FilesDone,
                FilesWanted = count.FilesWanted,
                FilesFailed = count.FilesFailed,
                CreatedAt = count.Space.CreatedAt,
            })],
        });
    }

    private static async Task<FieldFault?> FaultAsync(
        PolicyBody body, Caller caller, EmbeddingProviders providers, DriveStore drive, CancellationToken cancellationToken)
    {
        if (body.ShareId is not null && await drive.FindShareAsync(caller.TenantId, body.ShareId, cancellationToken) is not { IsDeleted: false })
            return new FieldFault(["body", "share_id"], $"There is no share {body.ShareId}.", "value_error");
        return body.ProviderId is not null && (await providers.ListAsync(caller.TenantId, cancellationToken)).All(row => row.Id != body.ProviderId)
            ? new FieldFault(["body", "provider_id"], $"There is no provider {body.ProviderId}.", "value_error")
            : null;
    }

    private static ApiError Refused(PolicyException refusal, string policyId) => refusal.Refusal switch
    {
        PolicyRefusal.Unknown => ApiError.NotFound("policy", policyId),
        PolicyRefusal.NameTaken => new(409, ErrorCodes.NameConflict, refusal.Message),
        PolicyRefusal.NotAllowed => new(409, ErrorCodes.Conflict, refusal.Message),
        _ => ApiError.Invalid(new FieldFault(["body", refusal.Field], refusal.Message, "value_error")),
    };

    private static ApiError AdminsOnly() => ApiError.Denied("Only an admin may see and change vectorization policies.");
}
