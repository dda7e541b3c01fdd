using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>A provider after it was saved.</summary>
/// <param name="Provider">As it is now.</param>
/// <param name="Test">What came of a short text right after; null when nothing changed that could make a difference.</param>
/// <param name="OcrJob">What lets files go through again, when OCR was switched on.</param>
public sealed record SavedProvider(ProviderRow Provider, ProviderTest? Test, StartedJob? OcrJob);

/// <summary>Adds, changes and removes providers: checked, tried, audited, and with the jobs that wait for them woken.</summary>
public sealed class ProviderAdmin(
    Database dataSource, EmbeddingProviders providers, ProviderStore store, ProviderHealth health, ProviderRules rules, ProviderLanes lanes,
    PolicyChanges policies, OcrSwitch ocr, AuditLog audit, SecretProtector secrets)
{
    /// <summary>Adds a provider. Without dimensions it is asked for a vector, whose length is taken.</summary>
    /// <exception cref="ProviderRefusedException">The settings cannot be saved.</exception>
    public async Task<SavedProvider> CreateAsync(Caller caller, ProviderSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var known = await providers.ListAsync(caller.TenantId, cancellationToken);
        var row = rules.Checked(Apply(settings, NewRow(caller.TenantId)), known);
        var test = await health.TestAsync(row, isSaved: false, cancellationToken);
        row = ProviderRules.Measured(row, test, known);
        await WriteAsync(
            caller, row, "provider_created", settings,
            async transaction =>
            {
                await store.AddAsync(transaction, row, cancellationToken);
                if (row.IsDefault)
                    await policies.RulesChangedAsync(transaction, row.TenantId, cancellationToken);
            },
            cancellationToken);
        // Once more as saved, so that how it does is known from now on.
        var saved = await FindAsync(caller.TenantId, row.Id, cancellationToken) ?? row;
        return new(saved, await health.TestAsync(saved, isSaved: true, cancellationToken), null);
    }

    /// <summary>Changes a provider.</summary>
    /// <returns>Null when there is no such provider.</returns>
    /// <exception cref="ProviderRefusedException">The change cannot be saved.</exception>
    public async Task<SavedProvider?> ChangeAsync(Caller caller, string id, ProviderSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(settings);
        var known = await providers.ListAsync(caller.TenantId, cancellationToken);
        if (known.FirstOrDefault(one => one.Id == id) is not { } before)
            return null;
        ProviderRules.CheckKeyStaysWithItsHost(before, settings);
        var row = Apply(settings, before);
        if (row with { Ocr = before.Ocr } != before)
            row = rules.Checked(row, known);
        var reaches = (row.Endpoint, row.ProtectedApiKey, row.Model, row.Dimensions, row.MaxTokensPerRequest)
            != (before.Endpoint, before.ProtectedApiKey, before.Model, before.Dimensions, before.MaxTokensPerRequest);
        var test = reaches ? await health.TestAsync(row, isSaved: false, cancellationToken) : null;
        if (test is not null && (row.Model, row.Dimensions) != (before.Model, before.Dimensions))
            row = ProviderRules.Measured(row, test, known);
        if (row != before)
        {
            await WriteAsync(caller, row, "provider_changed", settings, async transaction =>
            {
                await CheckUnchangedAsync(transaction, before, cancellationToken);
                await rules.CheckMayChangeAsync(transaction, before, row, cancellationToken);
                await store.SaveAsync(transaction, row with { Ocr = before.Ocr }, cancellationToken);
                // Policies without a provider follow the default: their files get vectors of its model, and search moves over when all have.
                if (row.IsDefault != before.IsDefault)
                    await policies.RulesChangedAsync(transaction, row.TenantId, cancellationToken);
            }, cancellationToken);
        }

        // The switch lets the files go through again that waited for it.
        var job = settings.Ocr is { } on ? await ocr.SetAsync(caller.TenantId, id, on, cancellationToken) : null;
        var saved = await FindAsync(caller.TenantId, id, cancellationToken);
        if (saved is null)
            return null;
        // Once more as saved, so that how it does is known from now on.
        return new(saved, reaches ? await health.TestAsync(saved, isSaved: true, cancellationToken) : null, job);
    }

    /// <summary>Removes a provider that nothing uses.</summary>
    /// <returns>False when there is no such provider.</returns>
    /// <exception cref="ProviderRefusedException">Something uses it.</exception>
    public async Task<bool> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (await FindAsync(caller.TenantId, id, cancellationToken) is not { } row)
            return false;
        await WriteAsync(caller, row, "provider_deleted", new(), async transaction =>
        {
            await CheckUnchangedAsync(transaction, row, cancellationToken);
            await rules.CheckMayDeleteAsync(transaction, row, cancellationToken);
            await store.DeleteAsync(transaction, row.TenantId, row.Id, cancellationToken);
        }, cancellationToken);
        return true;
    }

    /// <summary>Tries a saved provider now. When it works, the jobs that wait for it go on.</summary>
    /// <returns>Null when there is no such provider.</returns>
    public async Task<ProviderTest?> TestAsync(string tenantId, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenantId, id, cancellationToken) is not { } row)
            return null;
        var test = await health.TestAsync(row, isSaved: true, cancellationToken);
        if (test.Available)
            await AnswersAsync(row, cancellationToken);
        return test;
    }

    /// <summary>Tries settings that nobody has saved.</summary>
    /// <exception cref="ProviderRefusedException">They could not be saved either.</exception>
    public async Task<(ProviderRow Provider, ProviderTest Test)> TestAsync(string tenantId, ProviderSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var named = settings.Has(nameof(ProviderSettings.Name)) ? settings : settings with { Name = "test" };
        var row = rules.Checked(Apply(named, NewRow(tenantId)), []);
        return (row, await health.TestAsync(row, isSaved: false, cancellationToken));
    }

    /// <summary>Lets the jobs of a provider go on that were waiting for it to answer.</summary>
    internal async Task AnswersAsync(ProviderRow row, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await lanes.AnswersAsync(transaction, row, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static ProviderRow NewRow(string tenantId) =>
        new(tenantId, PrefixedId.New("prv"), "", "", null, null, "", 0, null, Ocr: false, IsDefault: false, DateTimeOffset.MinValue);

    private ProviderRow Apply(ProviderSettings settings, ProviderRow row) => row with
    {
        Name = settings.Name?.Trim() ?? row.Name,
        Type = settings.Type ?? row.Type,
        Endpoint = settings.Has(nameof(settings.Endpoint)) ? settings.Endpoint : row.Endpoint,
        ProtectedApiKey = !settings.Has(nameof(settings.ApiKey)) ? row.ProtectedApiKey
            : settings.ApiKey is null ? null
            : secrets.Protect(ProviderRules.CheckedKey(settings.ApiKey), ProviderRow.SecretContext(row.TenantId, row.Id)),
        Model = settings.Model?.Trim() ?? row.Model,
        Dimensions = settings.Dimensions ?? (settings.Model is { } model && model != row.Model ? 0 : row.Dimensions),
        MaxTokensPerRequest = settings.Has(nameof(settings.MaxTokensPerRequest)) ? settings.MaxTokensPerRequest : row.MaxTokensPerRequest,
        Ocr = settings.Ocr ?? row.Ocr,
        IsDefault = settings.IsDefault ?? row.IsDefault,
        FallbackOrder = settings.Has(nameof(settings.FallbackOrder)) ? settings.FallbackOrder : row.FallbackOrder,
        CostPerMillionTokens = settings.Has(nameof(settings.CostPerMillionTokens)) ? settings.CostPerMillionTokens : row.CostPerMillionTokens,
    };

    // It was read before the test, which takes seconds, and is written whole: what others wrote meanwhile must not be undone.
    private async Task CheckUnchangedAsync(NpgsqlTransaction transaction, ProviderRow before, CancellationToken cancellationToken)
    {
        var current = (await providers.HoldRulesAsync(transaction, before.TenantId, cancellationToken)).Providers.FirstOrDefault(row => row.Id == before.Id);
        if (current != before)
            throw new ProviderRefusedException(null, "The provider was changed at the same time. Try again.");
    }

    private async Task WriteAsync(
        Caller caller, ProviderRow row, string action, ProviderSettings settings, Func<NpgsqlTransaction, Task> write, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await store.HoldAsync(transaction, row.TenantId, cancellationToken);
        try
        {
            await write(transaction);
        }
        catch (PostgresException fault) when (fault is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "provider_name_unique" })
        {
            throw new ProviderRefusedException(null, $"There is a provider named '{row.Name}' already. Choose another name.");
        }

        await lanes.WakeAsync(transaction, [row], cancellationToken);
        await audit.AddAsync(
            transaction,
            new AuditEvent(row.TenantId, AuditCategories.Admin, $"vectorization.{action}", AuditSeverities.Info)
            {
                ActorId = caller.UserId,
                TargetType = "vectorization_provider",
                TargetId = row.Id,
                DetailsJson = JsonSerializer.Serialize(new { name = row.Name, type = row.Type, model = row.Model, endpoint = WithoutSecrets(row.Endpoint), members = settings.Members }),
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // A query may hold a key. GetLeftPart would keep the user and the password.
    private static string? WithoutSecrets(string? endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : null;

    private async Task<ProviderRow?> FindAsync(string tenantId, string id, CancellationToken cancellationToken) =>
        (await providers.ListAsync(tenantId, cancellationToken)).FirstOrDefault(row => row.Id == id);
}
