namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>What a look at a Weaviate server found.</summary>
/// <param name="Fault">What is wrong, in words; null: nothing.</param>
/// <param name="Version">Its version, when it told one.</param>
public sealed record WeaviateFinding(string? Fault, string? Version);

/// <summary>Looks whether a server answers and can be used, for whoever sets it up.</summary>
public static class WeaviateCheck
{
    // The oldest whose requests are used here.
    private static readonly Version Oldest = new(1, 24);

    /// <summary>Asks the server; never throws for one that does not answer.</summary>
    public static async Task<WeaviateFinding> RunAsync(WeaviateOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var client = new WeaviateClient(options, TimeProvider.System);
        var server = new WeaviateServer(client);
        try
        {
            if (!await server.IsReadyAsync(cancellationToken))
                return new($"{options.Url} does not answer, or is not ready", null);
            var version = await server.VersionAsync(cancellationToken);
            // Without a collection there is nothing that could be asked in GraphQL.
            if ((await server.CollectionsAsync(cancellationToken)).Any(found => found.Name == Collections.Files) && !await server.HasGraphQlAsync(cancellationToken))
                return new("its GraphQL API is switched off; searches need it", version);
            return Version.TryParse(version?.Split('-')[0], out var parsed) && parsed < Oldest
                ? new($"version {version} is older than {Oldest}", version)
                : new(null, version);
        }
        catch (WeaviateException fault)
        {
            return new(fault.Message, null);
        }
    }
}
