using ScaiDrive.Store;

namespace ScaiDrive.Drive.RateLimits;

/// <summary>Reads what a tenant's settings say about rates.</summary>
public sealed class RateSettingsStore(Database dataSource)
{
    /// <summary>A tenant that is not known has nothing set.</summary>
    public async Task<TenantRateSettings> ReadAsync(string tenantId, CancellationToken cancellationToken) =>
        await ItemRows.FirstAsync(
            dataSource.Command(RateSettingsSql.Read, Arg.Of(tenantId)),
            row => new TenantRateSettings(RateSettingsReader.Parse(ItemRows.Text(row, 0)), RateSettingsReader.Parse(ItemRows.Text(row, 1))),
            cancellationToken)
        ?? new TenantRateSettings(RateSettings.None, RateSettings.None);
}
