using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Drive;

/// <summary>Registers this room.</summary>
public static class DriveServices
{
    /// <summary>Adds <see cref="ContentStore"/>, <see cref="DriveStore"/>, <see cref="ContentCollector"/>, <see cref="AuditLog"/> and what decides who may
    /// do what (<see cref="AccessControl"/>, <see cref="AclStore"/>, <see cref="SourceAcls"/>, <see cref="GroupStore"/>). The host provides the
    /// data source, and a listener for those who are to hear of changes.</summary>
    public static IServiceCollection AddDrive(this IServiceCollection services, ContentStoreOptions content)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(content);
        services.AddSingleton<ContentStore>();
        services.AddSingleton<DriveStore>();
        services.AddSingleton<ContentCollector>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<UserAdmin>();
        services.AddSingleton<TenantAdmin>();
        services.AddSingleton<ScaiKeyEvents>();
        services.AddSingleton<SourceAcls>();
        services.AddSingleton<UnusedSourceAcls>();
        services.AddSingleton<GroupStore>();
        services.AddSingleton<GroupAdmin>();
        services.AddSingleton<AccessControl>();
        services.AddSingleton<AclStore>();
        services.AddSingleton<AclAdmin>();
        services.AddSingleton<ShareStore>();
        services.AddSingleton<ShareAdmin>();
        return services;
    }
}
