using Npgsql;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Embedding.Providers.Remote;
using Settings = ScaiDrive.Jobs.ProviderSettings;

namespace ScaiDrive.Jobs;

/// <summary>Which settings of a provider can be saved. Every refusal says what to do.</summary>
public sealed class ProviderRules(ProviderHosts hosts, ProviderStore store)
{
    private const int LongestName = 200;
    private const int MostDimensions = 16_384;

    /// <summary>The row, when it can be saved beside the others.</summary>
    /// <exception cref="ProviderRefusedException">It cannot.</exception>
    internal ProviderRow Checked(ProviderRow row, IReadOnlyList<ProviderRow> known)
    {
        if (!ProviderTypes.Names.Contains(row.Type))
            throw Refuse(nameof(Settings.Type), $"'{row.Type}' is no type of provider. Types: {string.Join(", ", ProviderTypes.Names)}.");
        if (row.Name.Length is 0 or > LongestName)
            throw Refuse(nameof(Settings.Name), $"A name has 1 to {LongestName} characters.");
        if (row.Dimensions is < 0 or > MostDimensions)
            throw Refuse(nameof(Settings.Dimensions), $"Dimensions are 1 to {MostDimensions}.");
        if (row.Type == ProviderTypes.Local)
            return CheckedLocal(row);
        if (row.Model.Length is 0 or > LongestName)
            throw Refuse(nameof(Settings.Model), "Name the model, such as text-embedding-3-small.");
        if (row.Endpoint is null && ProviderTypes.NeedsEndpoint(row.Type))
            throw Refuse(nameof(Settings.Endpoint), $"A provider of type {row.Type} needs an endpoint.");
        if (row.Endpoint is { } endpoint && hosts.Refusal(endpoint) is { } refusal)
            throw Refuse(nameof(Settings.Endpoint), refusal);
        if (row.ProtectedApiKey is null && ProviderTypes.NeedsKey(row.Type))
            throw Refuse(nameof(Settings.ApiKey), $"A provider of type {row.Type} needs a key.");
        CheckOneLength(row, known);
        return row;
    }

    /// <summary>The row with the length of the vectors that the provider answers.</summary>
    /// <exception cref="ProviderRefusedException">It answers another length than was given, or none was given and it does not answer.</exception>
    internal static ProviderRow Measured(ProviderRow row, ProviderTest test, IReadOnlyList<ProviderRow> known)
    {
        if (test.Code == FaultCodes.DimensionsDiffer)
            throw Refuse(nameof(Settings.Dimensions), test.Message!);
        if (row.Dimensions == 0 && test.Dimensions is null)
        {
            throw Refuse(
                test.Code == FaultCodes.Auth ? nameof(Settings.ApiKey) : nameof(Settings.Dimensions),
                $"The provider could not be asked for the length of its vectors. Mend it, or give dimensions. {test.Message}");
        }

        var measured = row.Dimensions > 0 ? row : row with { Dimensions = test.Dimensions!.Value };
        CheckOneLength(measured, known);
        return measured;
    }

    /// <summary>A key stays with the host it was given for: whoever may change an address could read it there otherwise.</summary>
    /// <exception cref="ProviderRefusedException">The host changes and no key is given with it.</exception>
    internal static void CheckKeyStaysWithItsHost(ProviderRow before, ProviderSettings settings)
    {
        if (settings.Has(nameof(Settings.Endpoint)) && before.ProtectedApiKey is not null && !settings.Has(nameof(Settings.ApiKey))
            && HostOf(settings.Endpoint, before.Type) != HostOf(before.Endpoint, before.Type))
            throw Refuse(nameof(Settings.ApiKey), "The stored key was given for another host. Give the key of the new one, or null for none.");
    }

    /// <summary>A key as it can be sent in a header, without what was copied along at its ends.</summary>
    /// <exception cref="ProviderRefusedException">It holds what a header cannot.</exception>
    internal static string CheckedKey(string key)
    {
        var trimmed = key.Trim();
        if (trimmed.Length == 0)
            throw Refuse(nameof(Settings.ApiKey), "The key is empty. Give null for none.");
        if (trimmed.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw Refuse(nameof(Settings.ApiKey), "The key has a control character or one that is not ASCII. Copy it once more from the service.");
        return trimmed;
    }

    /// <summary>Whether a saved provider may become this one.</summary>
    /// <exception cref="ProviderRefusedException">It is used as it is.</exception>
    internal async Task CheckMayChangeAsync(
        NpgsqlTransaction transaction, ProviderRow before, ProviderRow row, CancellationToken cancellationToken)
    {
        if (before.IsDefault && !row.IsDefault)
            throw Refuse(nameof(Settings.IsDefault), "One provider is the default. Make another one the default instead.");
        if ((before.Model, before.Dimensions) == (row.Model, row.Dimensions))
            return;
        var usage = await store.UsageAsync(transaction, before.TenantId, before.Id, cancellationToken);
        if (usage.IsUsed || usage.HasVectors || before.IsDefault)
            throw new ProviderRefusedException(null, "Vectors of this model exist or are wanted, and those of another one cannot be compared with them. Create another provider and point the policy at it.");
    }

    /// <summary>Whether nothing uses a provider.</summary>
    /// <exception cref="ProviderRefusedException">Something does.</exception>
    internal async Task CheckMayDeleteAsync(NpgsqlTransaction transaction, ProviderRow row, CancellationToken cancellationToken)
    {
        if (row.IsDefault)
            throw new ProviderRefusedException(null, "It is the default provider. Make another one the default first.");
        var usage = await store.UsageAsync(transaction, row.TenantId, row.Id, cancellationToken);
        if (usage.Policies.Count > 0)
            throw new ProviderRefusedException(null, $"Policies point at it: {string.Join(", ", usage.Policies)}. Point them at another provider first.");
        if (usage.Spaces.Count > 0)
            throw new ProviderRefusedException(null, $"Searches are answered from its vectors ({string.Join(", ", usage.Spaces)}) until the files have others. Wait until the swap is done.");
    }

    private static ProviderRow CheckedLocal(ProviderRow row)
    {
        if (row.Endpoint is not null)
            throw Refuse(nameof(Settings.Endpoint), "The embedded model has no endpoint.");
        if (row.ProtectedApiKey is not null)
            throw Refuse(nameof(Settings.ApiKey), "The embedded model has no key.");
        if (row.Model is not ("" or ProviderTypes.LocalModel))
            throw Refuse(nameof(Settings.Model), $"The embedded model is {ProviderTypes.LocalModel}.");
        return row with { Model = ProviderTypes.LocalModel };
    }

    private static void CheckOneLength(ProviderRow row, IReadOnlyList<ProviderRow> known)
    {
        if (row.Dimensions > 0 && known.FirstOrDefault(one => one.Id != row.Id && one.Model == row.Model && one.Dimensions != row.Dimensions) is { } other)
        {
            throw Refuse(
                nameof(Settings.Dimensions),
                $"Provider {other.Id} gives vectors of {row.Model} with {other.Dimensions} dimensions; those of one model must have one length to be compared.");
        }
    }

    private static string? HostOf(string? endpoint, string type) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) ? address.Authority : ProviderTypes.DefaultEndpoint(type)?.Authority;

    private static ProviderRefusedException Refuse(string member, string message) => new(member, message);
}
