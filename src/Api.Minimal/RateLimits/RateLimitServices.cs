using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Drive.RateLimits;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>Registers what counting requests needs.</summary>
internal static class RateLimitServices
{
    internal static void AddTo(IServiceCollection services, RateLimitOptions options)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        services.AddSingleton(options);
        services.AddSingleton<RateSettingsStore>();
        services.AddSingleton<TenantRates>();
        services.AddSingleton<RateLimiter>();
    }
}
