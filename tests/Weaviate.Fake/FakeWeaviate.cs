using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate;

/// <summary>A server on loopback that answers as Weaviate's documentation says, evaluates what it is asked, and refuses what is not documented.</summary>
public sealed class FakeWeaviate : IAsyncDisposable
{
    /// <summary>The version it says it is: the oldest that the product supports.</summary>
    public const string Version = "1.24.0";

    /// <summary>QUERY_MAXIMUM_RESULTS.</summary>
    public const int MaximumResults = 10_000;

    private readonly Database _database = new();
    private WebApplication? _server;
    private int _port;

    /// <summary>The key it asks for; null: none.</summary>
    public string? ApiKey { get; init; }

    public FaultPlan Faults { get; } = new();

    /// <summary>Method and path of every request, the oldest first.</summary>
    public RequestJournal Journal { get; } = new();

    public Uri Url => new($"http://127.0.0.1:{_port}");

    /// <summary>Listens on the port, or on the one it had before, or on a free one.</summary>
    public async Task StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, _port == 0 ? port : _port);
        });
        var app = builder.Build();
        app.Use(GuardAsync);
        Routes.Map(app, _database, Faults);
        await app.StartAsync();
        _server = app;
        _port = new Uri(app.Urls.First()).Port;
    }

    /// <summary>Goes away and keeps what it holds.</summary>
    public async Task StopAsync()
    {
        if (_server is not { } server)
            return;
        _server = null;
        await server.StopAsync();
        await server.DisposeAsync();
    }

    /// <summary>Loses everything, as a server whose volume was lost.</summary>
    public void Wipe() => _database.Clear();

    /// <summary>As if a collection had been made by someone else.</summary>
    public void Redescribe(string collection, string description) => _database.Find(collection)!.Definition["description"] = description;

    /// <summary>How many objects a tenant has in all collections whose name begins so.</summary>
    public int CountObjects(string collectionPrefix, string tenant) => _database.Count(collectionPrefix, tenant);

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Journal.Add($"{context.Request.Method} {context.Request.Path}");
        if (await Faults.StrikeAsync(context))
            return;
        var isOpen = context.Request.Path.StartsWithSegments("/v1/.well-known");
        if (ApiKey is not null && !isOpen && context.Request.Headers.Authorization != $"Bearer {ApiKey}")
        {
            await Answers.FaultAsync(context, 401, "anonymous access not enabled. Please authenticate through one of the available methods: [API-keys]");
            return;
        }

        try
        {
            await next(context);
        }
        catch (RefusedException refused)
        {
            await Answers.ErrorAsync(context, refused.Status, refused.Message);
        }
    }
}
