using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ScaiDrive.Api.Minimal.Audit;
using ScaiDrive.Api.Minimal.Connectors;
using ScaiDrive.Api.Minimal.Dashboard;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Files;
using ScaiDrive.Api.Minimal.Groups;
using ScaiDrive.Api.Minimal.Health;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Api.Minimal.Identity.Webhooks;
using ScaiDrive.Api.Minimal.IndexChecking;
using ScaiDrive.Api.Minimal.Jobs;
using ScaiDrive.Api.Minimal.Metrics;
using ScaiDrive.Api.Minimal.OpenApi;
using ScaiDrive.Api.Minimal.Outdated;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Api.Minimal.Queues;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Api.Minimal.Schedules;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Api.Minimal.Shares;
using ScaiDrive.Api.Minimal.Tenants;
using ScaiDrive.Api.Minimal.Users;
using ScaiDrive.Api.Minimal.Vectorization;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal;

/// <summary>The HTTP side of the product as a library: two calls put it into a host.</summary>
public static class ScaiDriveApi
{
    /// <summary>Adds what the API needs of its own. The rooms it speaks for (data source, Drive, Queue, Search, Connectors)
    /// are added by the host.</summary>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public static IServiceCollection AddScaiDriveApi(this IServiceCollection services, ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);

        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddScoped(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Caller>()
            ?? throw new InvalidOperationException("Nobody said who is calling."));
        services.AddScoped(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.GetEndpoint()?.Metadata.GetMetadata<ConnectorSurface>()
            ?? throw new InvalidOperationException("This path shows no connectors."));
        services.AddScoped<ConnectorDesk>();
        services.AddSingleton<SourceTest>();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        // In every environment a parameter that cannot be bound is an exception, which the error boundary gives a body.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddRouting();
        services.AddRazorComponents();
        // The page keeps nothing in cookies; without this the framework would write key files into the user's home.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var keyWriter in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
            services.Remove(keyWriter);
        ApiDocument.AddTo(services, options);

        services.AddScaiDriveMetrics();
        AddIdentity(services, options);
        services.AddSingleton<ReadinessProbe>();
        services.AddSingleton<ResourceGate>();
        services.AddSingleton<Ownership>();
        services.AddSingleton<HitHydrator>();
        services.AddSingleton<RuleAccess>();
        services.AddSingleton<FleetStateReader>();
        services.AddSingleton<DashboardFeeds>();
        services.AddSingleton<DashboardAssets>();
        services.AddSingleton<PageSearch>();
        return services;
    }

    private static void AddIdentity(IServiceCollection services, ApiOptions options)
    {
        services.AddSingleton<RefusalAudit>();
        if (options.Identity is not { } identity)
            return;
        Validator.ValidateObject(identity, new ValidationContext(identity), validateAllProperties: true);
        services.AddSingleton(identity);
        services.AddSingleton<ScaiKeyClient>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<IssuerRule>();
        services.AddSingleton<TokenValidator>();
        SigningInServices.AddTo(services, options.SignIn);
        RateLimitServices.AddTo(services, options.RateLimits);
    }

    /// <summary>Adds <see cref="PrometheusExporter"/> with the queue's gauges, for any role.</summary>
    public static IServiceCollection AddScaiDriveMetrics(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PrometheusExporter>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMetricSource, QueueMetricSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMetricSource, IndexMetricSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMetricSource, ProviderMetricSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMetricSource, ConnectorMetricSource>());
        return services;
    }

    /// <summary>Puts the whole pipeline and every route into the application: call it once, on a fresh application.</summary>
    public static WebApplication MapScaiDriveApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = app.Services.GetRequiredService<ApiOptions>();
        app.Services.GetRequiredService<PrometheusExporter>(); // listens from now on

        app.UseMiddleware<RequestId>();
        app.UseMiddleware<AccessLog>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<ErrorBoundary>();
        if (options.Identity is null)
            app.UseMiddleware<LocalOnly>();
        app.Use((context, next) =>
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
                body.MaxRequestBodySize = options.MaxJsonBodyBytes; // an upload lifts it for itself
            return next(context);
        });
        app.UseRouting();
        if (options.Identity is not null)
        {
            app.UseMiddleware<Authentication>();
            app.UseMiddleware<RateLimiting>();
        }

        app.UseMiddleware<ScopeGate>();
        app.UseMiddleware<WallEntry>();

        var all = app.MapGroup("").AddEndpointFilterFactory(RequestValidation.Filter).AddEndpointFilter<AnswerFilter>();
        var api = all.MapGroup("/api/v1");
        api.MapHealth();
        api.MapMe();
        api.MapUsers();
        api.MapTenants();
        api.MapScaiKeyWebhook();
        api.MapGroups();
        api.MapFiles();
        api.MapFolders();
        api.MapShares();
        api.MapPermissions();
        api.MapSearch();
        api.MapVectorization();
        api.MapPolicies();
        api.MapAudit();
        api.MapOutdatedTexts();
        api.MapIndexChecks();
        api.MapJobs();
        api.MapBulkJobs();
        api.MapQueues();
        api.MapQueueRules();
        api.MapSchedules();
        api.MapConnectors();
        if (options.Identity is not null)
        {
            api.MapAuthRelay();
            all.MapSignIn();
        }

        all.MapDashboard();
        all.MapMetrics();
        app.MapOpenApi("/openapi/{documentName}.json").RequireScope(Scope.SignedIn);
        return app;
    }

    /// <summary>Serves <c>GET /metrics</c>, for a role that has no other API.</summary>
    public static IEndpointRouteBuilder MapScaiDriveMetrics(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.ServiceProvider.GetRequiredService<PrometheusExporter>(); // listens from now on
        routes.MapMetrics();
        return routes;
    }
}
