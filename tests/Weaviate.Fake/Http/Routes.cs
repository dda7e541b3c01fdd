using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Tests.Weaviate.Objects;
using ScaiDrive.Tests.Weaviate.Queries;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Http;

/// <summary>The part of the REST API that the product uses; everything else is 404 as an unknown path.</summary>
internal static class Routes
{
    internal static void Map(WebApplication app, Database database, FaultPlan faults)
    {
        app.MapGet("/v1/.well-known/ready", () => Results.Ok());
        app.MapGet("/v1/.well-known/live", () => Results.Ok());
        app.MapGet("/v1/meta", context => Answers.JsonAsync(context, 200, new JsonObject
        {
            ["hostname"] = "http://[::]:8080",
            ["modules"] = new JsonObject(),
            ["version"] = FakeWeaviate.Version,
        }));

        app.MapGet("/v1/schema", context => Answers.JsonAsync(context, 200, database.Schema()));
        app.MapPost("/v1/schema", async context =>
            await Answers.JsonAsync(context, 200, database.Create(ClassRules.Check(await Answers.BodyAsync(context)))));
        app.MapGet("/v1/schema/{name}", (HttpContext context, string name) => database.Find(name) is { } found
            ? Answers.JsonAsync(context, 200, found.Definition.DeepClone())
            : StatusAsync(context, 404));
        app.MapDelete("/v1/schema/{name}", (HttpContext context, string name) =>
        {
            database.Delete(name);
            return StatusAsync(context, 200);
        });
        app.MapGet("/v1/schema/{name}/tenants", (HttpContext context, string name) =>
            Answers.JsonAsync(context, 200, database.TenantsOf(name)));
        app.MapPost("/v1/schema/{name}/tenants", async (HttpContext context, string name) =>
            await Answers.JsonAsync(context, 200, database.AddTenants(name, await Answers.BodyAsync(context))));
        app.MapDelete("/v1/schema/{name}/tenants", async (HttpContext context, string name) =>
        {
            database.RemoveTenants(name, await Answers.BodyAsync(context));
            await StatusAsync(context, 200);
        });
        app.MapMethods("/v1/schema/{name}/tenants/{tenant}", ["HEAD"], (HttpContext context, string name, string tenant) =>
            StatusAsync(context, database.HasTenant(name, tenant) ? 200 : 404));

        app.MapPost("/v1/batch/objects", async context =>
            await Answers.JsonAsync(context, 200, BatchWrites.Put(database, await Answers.BodyAsync(context), faults)));
        app.MapDelete("/v1/batch/objects", async context =>
            await Answers.JsonAsync(context, 200, BatchWrites.Delete(database, await Answers.BodyAsync(context), Tenant(context))));

        app.MapGet("/v1/objects/{name}/{id}", (HttpContext context, string name, string id) =>
            SingleObjects.Find(database, name, id, Tenant(context)) is { } found ? Answers.JsonAsync(context, 200, found) : StatusAsync(context, 404));
        app.MapPut("/v1/objects/{name}/{id}", async (HttpContext context, string name, string id) =>
            await Answers.JsonAsync(context, 200, SingleObjects.Put(database, name, id, await Answers.BodyAsync(context))));
        app.MapMethods("/v1/objects/{name}/{id}", ["PATCH"], async (HttpContext context, string name, string id) =>
            await StatusAsync(context, SingleObjects.Patch(database, name, id, await Answers.BodyAsync(context)) ? 204 : 404));
        app.MapDelete("/v1/objects/{name}/{id}", (HttpContext context, string name, string id) =>
            StatusAsync(context, SingleObjects.Delete(database, name, id, Tenant(context)) ? 204 : 404));

        app.MapPost("/v1/graphql", async context =>
            await Answers.JsonAsync(context, 200, GraphQl.Answer(database, await Answers.BodyAsync(context))));
    }

    private static string? Tenant(HttpContext context)
    {
        foreach (var key in context.Request.Query.Keys)
        {
            if (key is not ("tenant" or "consistency_level" or "include" or "node_name"))
                throw new RefusedException(422, $"unknown query parameter '{key}'");
        }

        return context.Request.Query.TryGetValue("tenant", out var tenant) ? tenant.ToString() : null;
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
