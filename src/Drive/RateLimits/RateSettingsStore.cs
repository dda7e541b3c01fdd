using System.Text.Json;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.RateLimits;

/// <summary>Reads what a tenant's settings say about rates.</summary>
public sealed class RateSettingsStore(Database dataSource)
{
    private const int Most = 1_000_000_000;

    /// <summary>A tenant that is not known has nothing set.</summary>
    public async Task<TenantRateSettings> ReadAsync(string tenantId, CancellationToken cancellationToken) =>
        await ItemRows.FirstAsync(
            dataSource.Command(RateSettingsSql.Read, Arg.Of(tenantId)),
            row => new TenantRateSettings(Parse(ItemRows.Text(row, 0)), Parse(ItemRows.Text(row, 1))),
            cancellationToken)
        ?? new TenantRateSettings(RateSettings.None, RateSettings.None);

    /// <summary>Settings can be written by hand: whatever is no whole number from 1 to a billion counts as not set.</summary>
    internal static RateSettings Parse(string? json)
    {
        if (json is null || !json.StartsWith('{'))
            return RateSettings.None;
        using var document = JsonDocument.Parse(json);
        return new(Number("token_per_minute"), Number("user_per_minute"), Number("tenant_per_minute"));

        int? Number(string name) =>
            document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= Most
                ? number
                : null;
    }
}
