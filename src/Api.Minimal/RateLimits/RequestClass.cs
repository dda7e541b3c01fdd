using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>Kinds of requests by what they cost; the value is the cost.</summary>
internal enum RequestClass
{
    /// <summary>One thing is read.</summary>
    Metadata = 1,

    /// <summary>Many things are read, or something is changed.</summary>
    ListOrWrite = 2,

    /// <summary>Content is sent or fetched.</summary>
    Transfer = 5,

    /// <summary>Search by word.</summary>
    Search = 10,

    /// <summary>Search by meaning, context for a question.</summary>
    Semantic = 20,
}

/// <summary>Says of endpoints what they cost.</summary>
internal static class RequestCosts
{
    private static readonly ConcurrentDictionary<Endpoint, RequestClass> Known = new();

    extension<TBuilder>(TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        /// <summary>Only where the method and the parameters do not tell already: see <see cref="Of"/>.</summary>
        internal TBuilder Costs(RequestClass kind) => endpoints.WithMetadata(new RequestCost(kind));
    }

    /// <summary>As declared; else anything but reading is a write, and reading with a <c>limit</c> is a list.</summary>
    internal static RequestClass Of(Endpoint? endpoint) => endpoint is null ? RequestClass.Metadata : Known.GetOrAdd(endpoint, Judge);

    private static RequestClass Judge(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<RequestCost>() is { } declared)
            return declared.Kind;
        var reads = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.All(method => HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) ?? true;
        return reads && !TakesLimit(endpoint) ? RequestClass.Metadata : RequestClass.ListOrWrite;
    }

    private static bool TakesLimit(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Any(parameter =>
            IsLimit(parameter.Name)
            || (parameter.IsDefined(typeof(AsParametersAttribute)) && parameter.ParameterType.GetProperties().Any(property => IsLimit(property.Name)))) == true;

    private static bool IsLimit(string? name) => string.Equals(name, "limit", StringComparison.OrdinalIgnoreCase);

    private sealed record RequestCost(RequestClass Kind);
}
